using System.Buffers.Binary;
using SelfSup.Data;

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

    /// <summary>Whether an end marker follows a scan. Whatever stands behind it, such as the video of a motion photo, is of no account.</summary>
    private static bool HasEndOfJpeg(ReadOnlySpan<byte> encoded)
    {
        var hasScan = false;
        var markers = new JpegMarkers(encoded);
        while (markers.MoveNext())
        {
            if (hasScan && markers.Marker == JpegMarkers.EndOfImage)
                return true;
            hasScan |= markers.Marker == JpegMarkers.StartOfScan;
        }
        return false;
    }
}
