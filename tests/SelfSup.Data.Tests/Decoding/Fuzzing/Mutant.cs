using System.Buffers.Binary;
using SkiaSharp;

namespace SelfSup.Data.Tests.Decoding.Fuzzing;

/// <summary>What was done to a seed.</summary>
internal enum Mutation
{
    BitFlips,
    Overwrite,
    Truncation,
    TruncationWithEnd,
    Splice,
    Rearrangement,
    ClaimedSize,
    HeaderFlips,
}

/// <summary>A damaged copy of a seed. The same seeds and number make the same mutant.</summary>
internal sealed record Mutant(FuzzSeed Seed, Mutation Mutation, byte[] Bytes)
{
    private const int HeaderBytes = 200;

    // Sizes at the borders of what formats, int and the pixel limit hold.
    private static readonly uint[] sizes = [0, 1, 2, 7, 255, 4096, 13_000, 16_383, 30_000, 65_535, 0x7FFF_FFFF, 0xFFFF_FFFF];

    public bool IsTruncation => Mutation is Mutation.Truncation or Mutation.TruncationWithEnd;

    public static Mutant Create(IReadOnlyList<FuzzSeed> seeds, int number)
    {
        var random = new Random(number);
        var seed = seeds[random.Next(seeds.Count)];
        var mutation = (Mutation)random.Next(8);
        var bytes = (byte[])seed.Bytes.Clone();
        switch (mutation)
        {
            case Mutation.BitFlips:
                Flip(bytes, random, bytes.Length);
                break;
            case Mutation.HeaderFlips:
                Flip(bytes, random, Math.Min(bytes.Length, HeaderBytes));
                break;
            case Mutation.Overwrite:
                Overwrite(bytes, random);
                break;
            case Mutation.Truncation:
                bytes = bytes[..random.Next(bytes.Length)];
                break;
            case Mutation.TruncationWithEnd:
                bytes = [.. bytes[..random.Next(bytes.Length)], .. EndOf(seed.Format)];
                break;
            case Mutation.Splice:
                var other = seeds[random.Next(seeds.Count)].Bytes;
                bytes = [.. bytes[..random.Next(bytes.Length)], .. other[random.Next(other.Length)..]];
                break;
            case Mutation.Rearrangement:
                bytes = Rearrange(bytes, random);
                break;
            case Mutation.ClaimedSize:
                ClaimSize(bytes, seed.Format, random);
                break;
        }
        // Half of the damage to PNG gets past its checksums.
        if (seed.Format == SKEncodedImageFormat.Png && (mutation == Mutation.ClaimedSize || random.Next(2) == 0))
            PngWriter.MendChecksums(bytes);
        return new(seed, mutation, bytes);
    }

    private static void Flip(byte[] bytes, Random random, int length)
    {
        for (var flips = random.Next(1, 9); flips > 0; flips--)
            bytes[random.Next(length)] ^= (byte)(1 << random.Next(8));
    }

    private static void Overwrite(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        var run = bytes.AsSpan(at, random.Next(1, Math.Min(256, bytes.Length - at) + 1));
        if (random.Next(2) == 0)
            random.NextBytes(run);
        else
            run.Fill(random.Next(2) == 0 ? (byte)0 : (byte)255);
    }

    /// <summary>Cuts a piece out, doubles one, or moves one.</summary>
    private static byte[] Rearrange(byte[] bytes, Random random)
    {
        var (from, to, target) = (random.Next(bytes.Length), random.Next(bytes.Length), random.Next(bytes.Length));
        if (from > to)
            (from, to) = (to, from);
        return random.Next(3) switch
        {
            0 => [.. bytes[..from], .. bytes[to..]],
            1 => [.. bytes[..to], .. bytes[from..]],
            _ => [.. bytes[..target], .. bytes[from..to], .. bytes[target..]],
        };
    }

    private static void ClaimSize(byte[] bytes, SKEncodedImageFormat format, Random random)
    {
        var at = PlaceOfSize(bytes, format);
        for (var field = random.Next(1, 4); field > 0; field--)
        {
            var value = random.Next(3) == 0 ? (uint)random.Next(70_000) : sizes[random.Next(sizes.Length)];
            var second = random.Next(2);
            if (format == SKEncodedImageFormat.Png)
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at + 4 * second), value);
            else if (format == SKEncodedImageFormat.Jpeg)
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at + 2 * second), (ushort)value);
            else
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at + 2 * second), (ushort)value);
        }
    }

    /// <summary>Where a seed has its width or height, whichever is first.</summary>
    private static int PlaceOfSize(byte[] bytes, SKEncodedImageFormat format) => format switch
    {
        SKEncodedImageFormat.Png => 16,
        SKEncodedImageFormat.Gif => 6,
        SKEncodedImageFormat.Jpeg => Math.Max(bytes.AsSpan().IndexOf<byte>([0xFF, 0xC0]), bytes.AsSpan().IndexOf<byte>([0xFF, 0xC2])) + 5,
        _ => bytes.AsSpan(12).StartsWith("VP8L"u8) ? 21 : 26,
    };

    private static byte[] EndOf(SKEncodedImageFormat format) => format switch
    {
        SKEncodedImageFormat.Jpeg => [0xFF, 0xD9],
        SKEncodedImageFormat.Png => [0, 0, 0, 0, .. "IEND"u8, 0xAE, 0x42, 0x60, 0x82],
        SKEncodedImageFormat.Gif => [0, 0x3B],
        _ => new byte[8],
    };
}
