namespace SelfSup.Data.Tests.Decoding.Fuzzing;

/// <summary>Writes GIF files of 8-bit colors: three bits of red and green, two of blue.</summary>
internal static class GifWriter
{
    private const int ClearCode = 256, EndCode = 257, MaxCode = 4095;

    /// <summary>A GIF of one frame or more.</summary>
    public static byte[] Write(int width, int height, params byte[][] frames)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("GIF89a"u8);
        WriteSize(width, height);
        writer.Write([0xF7, 0, 0]); // 256 global colors
        for (var i = 0; i < 256; i++)
            writer.Write([(byte)((i >> 5) * 255 / 7), (byte)((i >> 2 & 7) * 255 / 7), (byte)((i & 3) * 85)]);
        foreach (var frame in frames)
        {
            writer.Write([0x21, 0xF9, 4, 4, 10, 0, 0, 0, 0x2C, 0, 0, 0, 0]);
            WriteSize(width, height);
            writer.Write((byte)0);
            writer.Write((byte)8);
            var data = Compress(frame);
            foreach (var block in data.Chunk(255))
            {
                writer.Write((byte)block.Length);
                writer.Write(block);
            }
            writer.Write((byte)0);
        }
        writer.Write((byte)0x3B);
        return stream.ToArray();

        void WriteSize(int w, int h)
        {
            writer.Write((ushort)w);
            writer.Write((ushort)h);
        }
    }

    private static byte[] Compress(byte[] pixels)
    {
        var bytes = new List<byte>();
        var (buffer, count, bits) = (0u, 0, 9);
        var table = new Dictionary<(int, byte), int>();
        var next = EndCode + 1;
        Put(ClearCode);
        int current = pixels[0];
        foreach (var pixel in pixels.AsSpan(1))
        {
            if (table.TryGetValue((current, pixel), out var longer))
            {
                current = longer;
                continue;
            }
            Put(current);
            current = AddAndStart(pixel);
        }
        Put(current);
        Put(EndCode);
        if (count > 0)
            bytes.Add((byte)buffer);
        return [.. bytes];

        int AddAndStart(byte pixel)
        {
            table[(current, pixel)] = next++;
            if (next - 1 == 1 << bits)
                bits++;
            if (next > MaxCode)
            {
                Put(ClearCode);
                table.Clear();
                (next, bits) = (EndCode + 1, 9);
            }
            return pixel;
        }

        void Put(int code)
        {
            buffer |= (uint)code << count;
            for (count += bits; count >= 8; count -= 8, buffer >>= 8)
                bytes.Add((byte)buffer);
        }
    }
}
