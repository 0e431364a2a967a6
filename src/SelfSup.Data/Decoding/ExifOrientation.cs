using System.Buffers.Binary;
using SkiaSharp;

namespace SelfSup.Data;

/// <summary>
/// Finds the orientation of JPEG, PNG, WebP and TIFF files. One reader serves every decoder, so that pixels do not depend on which is
/// there. Anything that is not as it should be means upright.
/// </summary>
internal static class ExifOrientation
{
    private const byte App1 = 0xE1;
    private const int Tag = 0x0112;

    public static Orientation Read(ReadOnlySpan<byte> file) => Orientation.Of((SKEncodedOrigin)ReadNumber(file));

    /// <summary>EXIF's number, 1..8.</summary>
    public static int ReadNumber(ReadOnlySpan<byte> file) => ReadTiff(FindTiff(file)) is var number and >= 1 and <= 8 ? number : 1;

    /// <summary>The TIFF data within a file; empty if there are none.</summary>
    private static ReadOnlySpan<byte> FindTiff(ReadOnlySpan<byte> file) =>
        file.StartsWith<byte>([0xFF, 0xD8]) ? FindInJpeg(file)
        : file.StartsWith(PngChunks.Signature) ? FindInPng(file)
        : file.StartsWith("RIFF"u8) ? FindInWebp(file)
        : file;

    private static ReadOnlySpan<byte> FindInJpeg(ReadOnlySpan<byte> jpeg)
    {
        var markers = new JpegMarkers(jpeg);
        while (markers.MoveNext() && markers.Marker is not (JpegMarkers.StartOfScan or JpegMarkers.EndOfImage))
        {
            if (markers.Marker == App1 && HasExifHeader(markers.Segment))
                return WithoutExifHeader(markers.Segment);
        }
        return default;
    }

    private static ReadOnlySpan<byte> FindInPng(ReadOnlySpan<byte> png)
    {
        var chunks = new PngChunks(png);
        ReadOnlySpan<byte> found = default;
        var hasProfile = false;
        while (chunks.MoveNext())
        {
            if (chunks.Type.SequenceEqual("eXIf"u8))
                return WithoutExifHeader(chunks.Content);
            // ImageMagick's form, from before PNG had a chunk for it. One alone is followed, as each may inflate to much more than it is.
            if (hasProfile || !PngTextProfile.IsExif(chunks.Type, chunks.Content))
                continue;
            hasProfile = true;
            found = WithoutExifHeader(PngTextProfile.ReadExif(chunks.Type, chunks.Content));
        }
        return found;
    }

    private static ReadOnlySpan<byte> FindInWebp(ReadOnlySpan<byte> webp)
    {
        const int fileHeader = 12, chunkHeader = 8;
        for (long at = fileHeader; at + chunkHeader <= webp.Length;)
        {
            var chunk = webp[(int)at..];
            var length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (length > chunk.Length - chunkHeader)
                break;
            if (chunk.StartsWith("EXIF"u8))
                return WithoutExifHeader(chunk.Slice(chunkHeader, (int)length));
            at += chunkHeader + length + length % 2;
        }
        return default;
    }

    /// <summary>Whether a segment is EXIF's: <c>Exif</c>, a zero, and a byte that some cameras do not set to zero.</summary>
    private static bool HasExifHeader(ReadOnlySpan<byte> data) => data.Length > 6 && data.StartsWith("Exif\0"u8);

    private static ReadOnlySpan<byte> WithoutExifHeader(ReadOnlySpan<byte> data) => HasExifHeader(data) ? data[6..] : data;

    private static int ReadTiff(ReadOnlySpan<byte> tiff) => TiffDirectory.TryRead(tiff, out var directory) ? (int)directory.IntegerOf(Tag) : 0;
}
