using System.Buffers.Binary;
using SelfSup.Data.Tests.Decoding;
using SkiaSharp;

namespace SelfSup.Data.Tests.Sources.Clips;

/// <summary>
/// A frame of an animation: a rectangle of one color (0 black, 1 red, 2 green, 3 blue), and what becomes of it afterwards by GIF's
/// numbers: 1 it stays, 2 it is cleared to the background, 3 what was there comes back.
/// </summary>
internal sealed record AnimatedFrame(int Left, int Top, int Width, int Height, int Color, int Disposal = 1);

/// <summary>Makes animated files of rectangles.</summary>
internal static class AnimatedFile
{
    public static SKColor[] Colors { get; } = [new(0, 0, 0), new(255, 0, 0), new(0, 255, 0), new(0, 0, 255)];

    public static byte[] Gif(int width, int height, params AnimatedFrame[] frames)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write("GIF89a"u8);
        writer.Write((ushort)width);
        writer.Write((ushort)height);
        writer.Write([0x91, 0, 0]); // a table of four colors
        foreach (var color in Colors)
            writer.Write([color.Red, color.Green, color.Blue]);
        foreach (var frame in frames)
        {
            writer.Write([0x21, 0xF9, 4, (byte)(frame.Disposal << 2), 5, 0, 0, 0]);
            writer.Write((byte)0x2C);
            foreach (var number in (int[])[frame.Left, frame.Top, frame.Width, frame.Height])
                writer.Write((ushort)number);
            writer.Write([0, 2]);
            foreach (var block in Compress(frame.Width * frame.Height, frame.Color).Chunk(255))
            {
                writer.Write((byte)block.Length);
                writer.Write(block);
            }
            writer.Write((byte)0);
        }
        writer.Write((byte)0x3B);
        return memory.ToArray();
    }

    /// <summary>Whole pictures of one color each, without loss.</summary>
    public static byte[] WebP(int width, int height, params int[] colors)
    {
        var flags = new byte[10];
        flags[0] = 2; // animation
        Write24(flags.AsSpan(4), width - 1);
        Write24(flags.AsSpan(7), height - 1);
        byte[] chunks = [.. Chunk("VP8X"u8, flags), .. Chunk("ANIM"u8, new byte[6])];
        foreach (var color in colors)
        {
            var place = new byte[16];
            Write24(place.AsSpan(6), width - 1);
            Write24(place.AsSpan(9), height - 1);
            place[12] = 50; // milliseconds
            var still = EncodedImage.Make(width, height, (_, _) => Colors[color], SKEncodedImageFormat.Webp);
            chunks = [.. chunks, .. Chunk("ANMF"u8, [.. place, .. still[12..]])];
        }
        return Chunk("RIFF"u8, [.. "WEBP"u8, .. chunks]);

        static void Write24(Span<byte> target, int value)
        {
            for (var i = 0; i < 3; i++)
                target[i] = (byte)(value >> (8 * i));
        }
    }

    private static byte[] Chunk(ReadOnlySpan<byte> name, byte[] content)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, content.Length);
        return [.. name, .. length, .. content, .. new byte[content.Length % 2]];
    }

    /// <summary>LZW that never gets past its first codes of three bits: it begins anew after every two pixels.</summary>
    private static byte[] Compress(int pixels, int color)
    {
        const int clear = 4, end = 5;
        var codes = Enumerable.Range(0, pixels).SelectMany(i => i % 2 == 0 ? new[] { clear, color } : [color]).Append(end);
        var bits = codes.SelectMany(code => Enumerable.Range(0, 3).Select(bit => code >> bit & 1));
        return [.. bits.Chunk(8).Select(byteBits => (byte)byteBits.Select((bit, i) => bit << i).Sum())];
    }
}
