using System.Buffers.Binary;
using SkiaSharp;

namespace SelfSup.Data;

/// <summary>Finds the orientation in a JPEG's EXIF data. Anything that is not as it should be means upright.</summary>
internal static class ExifOrientation
{
    private const int App1 = 0xE1, StartOfScan = 0xDA;
    private const int OrientationTag = 0x0112, ShortType = 3;
    private const int EntryBytes = 12;

    public static Orientation Read(ReadOnlySpan<byte> jpeg)
    {
        for (var at = 2; at + 4 <= jpeg.Length && jpeg[at] == 0xFF && jpeg[at + 1] != StartOfScan;)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
            if (length < 2 || at + 2 + length > jpeg.Length)
                break;
            var content = jpeg.Slice(at + 4, length - 2);
            if (jpeg[at + 1] == App1 && content.StartsWith("Exif\0\0"u8))
                return Orientation.Of((SKEncodedOrigin)ReadTiff(content[6..]));
            at += 2 + length;
        }
        return default;
    }

    private static int ReadTiff(ReadOnlySpan<byte> tiff)
    {
        var little = tiff.StartsWith("II*\0"u8);
        if (!little && !tiff.StartsWith("MM\0*"u8) || tiff.Length < 8)
            return 0;
        var directory = (long)Int32(tiff[4..]);
        if (directory > tiff.Length - 2)
            return 0;
        var entries = Int16(tiff[(int)directory..]);
        for (var i = 0; i < entries; i++)
        {
            var at = directory + 2 + i * EntryBytes;
            if (at + EntryBytes > tiff.Length)
                break;
            var entry = tiff.Slice((int)at, EntryBytes);
            if (Int16(entry) == OrientationTag)
                return Int16(entry[2..]) == ShortType && Int32(entry[4..]) == 1 ? Int16(entry[8..]) : 0;
        }
        return 0;

        int Int16(ReadOnlySpan<byte> bytes) =>
            little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

        uint Int32(ReadOnlySpan<byte> bytes) =>
            little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}
