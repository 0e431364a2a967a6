using System.Text.RegularExpressions;
using SkiaSharp;

namespace SelfSup.Data.Tests.Decoding.Fuzzing;

/// <summary>Decodes mutants and holds every decoder to its promise: a whole picture, or a reason.</summary>
internal sealed partial class DecoderFuzz(IReadOnlyList<FuzzSeed> seeds)
{
    public const int Size = 32;

    // Of the processor's time, and so far above what any mutant takes that only a decoder that hangs gets there.
    private static readonly TimeSpan hang = TimeSpan.FromSeconds(30);

    private readonly IImageDecoder[] decoders = TurboJpegDecoder.IsAvailable
        ? [new TurboJpegDecoder(), SkiaImageDecoder.Default]
        : [SkiaImageDecoder.Default];

    private readonly Dictionary<FuzzSeed, byte[]> originals = seeds.ToDictionary(seed => seed, seed => Decode(SkiaImageDecoder.Default, seed.Bytes));

    /// <summary>How many mutants came to what, by format: decoded, or the reason without its numbers.</summary>
    public SortedDictionary<string, int> Outcomes { get; } = new(StringComparer.Ordinal);

    /// <summary>Makes and tries a mutant.</summary>
    /// <exception cref="InvalidOperationException">A decoder broke its promise; the message says how.</exception>
    public void Try(int number)
    {
        var mutant = Mutant.Create(seeds, number);
        try
        {
            var outcomes = decoders.Select(decoder => Outcome(decoder, mutant)).ToArray();
            // Libraries may differ in what they forgive in a header.
            var outcome = outcomes.Distinct().Count() == 1 ? outcomes[0] : "decoded by one decoder, refused by the other";
            var key = $"{mutant.Seed.Format}: {Number().Replace(outcome, "N")}";
            Outcomes[key] = Outcomes.GetValueOrDefault(key) + 1;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"mutant {number} ({mutant.Mutation} of {mutant.Seed.Name}): {e.Message}", e);
        }
    }

    private string Outcome(IImageDecoder decoder, Mutant mutant)
    {
        var start = Environment.CpuUsage.TotalTime;
        try
        {
            var pixels = Decode(decoder, mutant.Bytes);
            // Whatever a cut leaves of a file either lacks part of the picture, and is refused, or lacks nothing.
            if (mutant.IsTruncation && Difference(pixels, originals[mutant.Seed]) > 2.5)
                throw new InvalidOperationException($"half a picture was passed as whole by {decoder.Name}");
            if (mutant.Seed.Format == SKEncodedImageFormat.Jpeg && IsGrayBelow(pixels))
                throw new InvalidOperationException($"a picture that ends in gray was passed as whole by {decoder.Name}");
            return "decoded";
        }
        catch (ImageReadException e)
        {
            return e.Message.Length > 10 ? e.Message : throw new InvalidOperationException($"'{e.Message}' is no reason");
        }
        finally
        {
            var taken = Environment.CpuUsage.TotalTime - start;
            if (taken > hang)
                throw new InvalidOperationException($"{decoder.Name} took {taken.TotalSeconds} s");
        }
    }

    /// <summary>Whether the last quarter is as decoders of JPEG fill in what is missing.</summary>
    private static bool IsGrayBelow(byte[] planes) =>
        planes.Chunk(Size * Size).All(plane => plane.AsSpan(Size * Size * 3 / 4).IndexOfAnyExcept((byte)128) < 0);

    private static double Difference(byte[] a, byte[] b) => a.Zip(b).Average(pair => Math.Abs(pair.First - pair.Second));

    private static byte[] Decode(IImageDecoder decoder, byte[] encoded)
    {
        const byte before = 0x5A; // as a buffer that is used again has something in it
        var pixels = new byte[3 * Size * Size];
        pixels.AsSpan().Fill(before);
        decoder.Decode(encoded, Size, pixels);
        return pixels.AsSpan().IndexOfAnyExcept(before) < 0
            ? throw new InvalidOperationException($"{decoder.Name} left the pixels as they were")
            : pixels;
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
