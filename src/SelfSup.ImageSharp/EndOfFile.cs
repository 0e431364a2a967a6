using System.Buffers.Binary;

namespace SelfSup.ImageSharp;

/// <summary>Tells truncated files, of which ImageSharp shows what there is or complains in the words of their format.</summary>
internal static class EndOfFile
{
    private const int RiffHeaderBytes = 8;

    /// <summary>Whether a file goes on to its end; those of formats that cannot tell are taken to.</summary>
    public static bool IsThere(ReadOnlySpan<byte> encoded)
    {
        if (encoded.StartsWith<byte>([0xFF, 0xD8]))
            return HasEndOfJpeg(encoded);
        if (encoded.StartsWith<byte>([0x89, (byte)'P', (byte)'N', (byte)'G']))
            return encoded.LastIndexOf("IEND"u8) >= 0;
        if (encoded.StartsWith("RIFF"u8) && encoded.Length > RiffHeaderBytes)
            return BinaryPrimitives.ReadUInt32LittleEndian(encoded[4..]) <= encoded.Length - RiffHeaderBytes;
        return true;
    }

    /// <summary>Whether an end marker follows the last scan; the one of a thumbnail lies before it.</summary>
    private static bool HasEndOfJpeg(ReadOnlySpan<byte> encoded)
    {
        ReadOnlySpan<byte> endOfImage = [0xFF, 0xD9], startOfScan = [0xFF, 0xDA];
        var end = encoded.LastIndexOf(endOfImage);
        return end >= 0 && encoded[end..].IndexOf(startOfScan) < 0;
    }
}
