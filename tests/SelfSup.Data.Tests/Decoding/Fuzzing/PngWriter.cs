using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace SelfSup.Data.Tests.Decoding.Fuzzing;

/// <summary>Writes PNG files of kinds that Skia does not write.</summary>
internal static class PngWriter
{
    // The seven passes of Adam7: first column and row, steps.
    private static readonly (int X, int Y, int StepX, int StepY)[] passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>An interlaced PNG of 256 palette colors, three bits of red and green, two of blue.</summary>
    public static byte[] WriteInterlacedPalette(int width, int height, byte[] pixels)
    {
        using var raw = new MemoryStream();
        foreach (var pass in passes)
        {
            for (var y = pass.Y; y < height && pass.X < width; y += pass.StepY)
            {
                raw.WriteByte(0);
                for (var x = pass.X; x < width; x += pass.StepX)
                    raw.WriteByte(pixels[y * width + x]);
            }
        }
        var palette = Enumerable.Range(0, 256).SelectMany(i => new[] { (byte)((i >> 5) * 255 / 7), (byte)((i >> 2 & 7) * 255 / 7), (byte)((i & 3) * 85) });
        return Write(width, height, depth: 8, colorType: 3, interlaced: true, [.. palette], raw.ToArray());
    }

    /// <summary>A PNG of 16-bit RGB, whose high bytes are the given ones.</summary>
    public static byte[] Write16Bit(int width, int height, byte[] rgb)
    {
        using var raw = new MemoryStream();
        for (var y = 0; y < height; y++)
        {
            raw.WriteByte(0);
            foreach (var value in rgb.AsSpan(y * width * 3, width * 3))
                raw.Write([value, (byte)(value * 7)]);
        }
        return Write(width, height, depth: 16, colorType: 2, interlaced: false, [], raw.ToArray());
    }

    /// <summary>Gives the chunks the checksums of what they hold now.</summary>
    public static void MendChecksums(byte[] png)
    {
        for (long at = 8; at + 12 <= png.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan((int)at));
            if (at + 12 + length > png.Length)
                return;
            var content = png.AsSpan((int)at + 4, (int)length + 4);
            BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan((int)(at + 8 + length)), Crc32.HashToUInt32(content));
            at += 12 + length;
        }
    }

    private static byte[] Write(int width, int height, byte depth, byte colorType, bool interlaced, byte[] palette, byte[] raw)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (depth, colorType, (byte)(interlaced ? 1 : 0));
        using var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(raw);
        byte[] png =
        [
            0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. Chunk("IHDR"u8, header), .. palette.Length > 0 ? Chunk("PLTE"u8, palette) : [],
            .. Chunk("IDAT"u8, compressed.ToArray()), .. Chunk("IEND"u8, []),
        ];
        MendChecksums(png);
        return png;
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        return [.. length, .. type, .. content, 0, 0, 0, 0];
    }
}
