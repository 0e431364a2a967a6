using System.Buffers.Binary;

namespace SelfSup.Data;

/// <summary>The chunks of a PNG file one after another. Checksums are left to those who decode.</summary>
internal ref struct PngChunks(ReadOnlySpan<byte> png)
{
    private const int Overhead = 12; // length, type and checksum

    private readonly ReadOnlySpan<byte> png = png;
    private int position = Signature.Length;

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The four letters of the current chunk.</summary>
    public ReadOnlySpan<byte> Type { get; private set; }

    /// <summary>They as text.</summary>
    public readonly string Name => System.Text.Encoding.Latin1.GetString(Type);

    /// <summary>Where in the file its content begins.</summary>
    public int ContentStart { get; private set; }

    /// <summary>What it holds.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Goes to the next chunk; false after the last, or where the file ends before a chunk does.</summary>
    public bool MoveNext()
    {
        if (position > png.Length - Overhead || Type.SequenceEqual("IEND"u8))
            return false;
        var length = BinaryPrimitives.ReadUInt32BigEndian(png[position..]);
        if (length > png.Length - position - Overhead)
            return false;
        Type = png.Slice(position + 4, 4);
        Content = png.Slice(position + 8, (int)length);
        ContentStart = position + 8;
        position += Overhead + (int)length;
        return true;
    }
}
