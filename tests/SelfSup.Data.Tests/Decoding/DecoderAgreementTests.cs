using SelfSup.Data.Tests.Decoding.Fuzzing;
using SkiaSharp;

namespace SelfSup.Data.Tests.Decoding;

/// <summary>What an image decodes to, or why not, does not depend on whether libjpeg-turbo is installed.</summary>
public class DecoderAgreementTests
{
    private const int Size = 24;

    private static (byte[]? Pixels, string? Reason) Decode(IImageDecoder decoder, byte[] encoded)
    {
        var pixels = new byte[3 * Size * Size];
        try
        {
            decoder.Decode(encoded, Size, pixels);
            return (pixels, null);
        }
        catch (ImageReadException error)
        {
            return (null, error.Message);
        }
    }

    /// <summary>The mean difference of a file's pixels between the decoders; 0 for one that both refuse, for the same reason.</summary>
    private static double Difference(TurboJpegDecoder turbo, byte[] encoded, string name)
    {
        var (expected, actual) = (Decode(SkiaImageDecoder.Default, encoded), Decode(turbo, encoded));
        Assert.True(expected.Reason == actual.Reason, $"{name}: {expected.Reason ?? "decoded"} by Skia, {actual.Reason ?? "decoded"} by libjpeg-turbo");
        return expected.Pixels?.Zip(actual.Pixels!).Average(pair => Math.Abs(pair.First - pair.Second)) ?? 0;
    }

    [TurboJpegFact]
    public void Corpora_are_decoded_alike()
    {
        if (AwkwardFiles.ZipPath is null)
            return;
        var turbo = new TurboJpegDecoder();
        foreach (var (name, bytes) in AwkwardFiles.Read().Concat(AwkwardFiles.ReadReported()))
            Assert.InRange(Difference(turbo, bytes, name), 0, 1);
    }

    [TurboJpegFact]
    public void Two_thousand_mutants_are_decoded_or_refused_alike()
    {
        var turbo = new TurboJpegDecoder();
        byte[][] seeds = [.. SmallJpegs()];
        var (decoded, apart) = (0, 0);
        for (var number = 0; number < 2000; number++)
        {
            var mutant = Mutate(seeds, number);
            apart += Difference(turbo, mutant, $"mutant {number}") > 1 ? 1 : 0;
            decoded += Decode(turbo, mutant).Pixels is null ? 0 : 1;
        }
        Assert.InRange(decoded, 300, 1700);
        Assert.Equal(0, apart);
    }

    [TurboJpegFact]
    public void Tables_of_one_file_do_not_serve_the_next()
    {
        var turbo = new TurboJpegDecoder();
        var own = SmallJpegs().First(); // with codes made for it
        var bare = StandardJpeg.WithoutCodes(StandardJpeg.Color);
        var expected = Decode(SkiaImageDecoder.Default, StandardJpeg.Color).Pixels;
        Assert.NotNull(Decode(turbo, own).Pixels);
        Assert.Equal(expected, Decode(turbo, bare).Pixels);
        var withoutQuantization = StandardJpeg.Without(StandardJpeg.Color, 0xDB, _ => true);
        Assert.NotNull(Decode(turbo, own).Pixels);
        Assert.Contains("quantization", Decode(turbo, withoutQuantization).Reason);
    }

    private static IEnumerable<byte[]> SmallJpegs()
    {
        static SKColor Color(int x, int y) => new((byte)(120 + 70 * Math.Sin(x / 7.0)), (byte)(90 + 3 * y), (byte)(60 + x + x * y % 11));
        var jpeg = EncodedImage.Make(45, 37, Color, SKEncodedImageFormat.Jpeg, 80);
        return [jpeg, EncodedImage.WithOrientation(jpeg, 6), ProgressiveJpeg.Bytes, StandardJpeg.Color, StandardJpeg.Gray, StandardJpeg.WithoutCodes(StandardJpeg.Color)];
    }

    /// <summary>Changes bytes anywhere and in the headers, and makes, changes and fills markers.</summary>
    private static byte[] Mutate(byte[][] seeds, int number)
    {
        var random = new Random(number);
        var bytes = (byte[])seeds[random.Next(seeds.Length)].Clone();
        for (var change = random.Next(1, 5); change > 0; change--)
        {
            int[] markers = [.. Enumerable.Range(0, bytes.Length - 1).Where(i => bytes[i] == 0xFF && bytes[i + 1] >= 0xC0)];
            var (marker, place) = (markers.Length == 0 ? 0 : markers[random.Next(markers.Length)], random.Next(bytes.Length));
            switch (random.Next(5))
            {
                case 0:
                    bytes[place] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[random.Next(Math.Min(bytes.Length, 700))] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes[marker + 1] = (byte)random.Next(0xC0, 0x100);
                    break;
                case 3:
                    bytes = [.. bytes[..place], 0xFF, (byte)random.Next(0xC0, 0x100), .. bytes[place..]];
                    break;
                default:
                    bytes[Math.Min(bytes.Length - 1, marker + 2 + random.Next(20))] = (byte)random.Next(256);
                    break;
            }
        }
        return bytes;
    }
}
