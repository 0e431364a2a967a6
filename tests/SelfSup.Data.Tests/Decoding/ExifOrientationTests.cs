using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SelfSup.Data.Tests.Decoding.Fuzzing;
using SkiaSharp;
using static SelfSup.Data.Tests.Decoding.EncodedImage;

namespace SelfSup.Data.Tests.Decoding;

/// <summary>Wherever a file says how it is to be turned, every decoder turns it.</summary>
public class ExifOrientationTests
{
    private static readonly byte[] jpeg = Picture(SKEncodedImageFormat.Jpeg);

    private static byte[] Picture(SKEncodedImageFormat format) => Make(16, 16, (x, y) =>
        y < 8 ? x < 8 ? SKColors.Red : SKColors.Green : x < 8 ? SKColors.Blue : SKColors.Yellow, format);

    /// <summary>Orientation 6 is turned by a quarter, clockwise: what was at the bottom left is at the top left.</summary>
    private static void AssertTurned(byte[] file, bool isTurned = true)
    {
        foreach (var decoder in TurboJpegDecoder.IsAvailable ? [SkiaImageDecoder.Default, new TurboJpegDecoder()] : (IImageDecoder[])[SkiaImageDecoder.Default])
        {
            var pixels = new byte[3 * 16 * 16];
            decoder.Decode(file, 16, pixels);
            AssertNear(isTurned ? SKColors.Blue : SKColors.Red, At(pixels, 16, 2, 2), 8);
        }
    }

    private static byte[] Tiff(bool little, int type = 3, uint value = 6)
    {
        var tiff = new byte[26];
        (little ? "II*\0"u8 : "MM\0*"u8).CopyTo(tiff);
        Write(4, 8, 4);
        Write(8, 1, 2);
        Write(10, 0x112, 2);
        Write(12, (uint)type, 2);
        Write(14, 1, 4);
        Write(18, value, type switch { 1 => 1, 3 => 2, _ => 4 });
        return tiff;

        void Write(int at, uint number, int bytes)
        {
            for (var i = 0; i < bytes; i++)
                tiff[at + i] = (byte)(number >> 8 * (little ? i : bytes - 1 - i));
        }
    }

    private static byte[] Segment(byte marker, params byte[] content) => [0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    private static byte[] Exif(byte[] tiff, byte last = 0) => Segment(0xE1, [.. "Exif\0"u8, last, .. tiff]);

    private static byte[] WithHead(params byte[] head) => [.. jpeg[..2], .. head, .. jpeg[2..]];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void JPEG_segments_of_every_form_are_read(bool little)
    {
        AssertTurned(jpeg, isTurned: false);
        AssertTurned(WithHead(Exif(Tiff(little))));
        AssertTurned(WithHead(Exif(Tiff(little), last: 0xFF)));
        foreach (var type in (int[])[1, 3, 4, 9])
            AssertTurned(WithHead(Exif(Tiff(little, type))));
        AssertTurned(WithHead([0xFF, 0xFF, 0xFF, .. Exif(Tiff(little))])); // fill bytes
        AssertTurned(WithHead([.. Segment(0xE0, [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0]), 0xFF, 0xFF, .. Exif(Tiff(little))]));
        AssertTurned(WithHead([0xFF, 0x01, .. Exif(Tiff(little))])); // a marker that stands alone
        AssertTurned(WithHead([.. Segment(0xFE, [.. "a comment"u8]), .. Segment(0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8]), .. Exif(Tiff(little))]));
        AssertTurned(WithHead([.. Exif(Tiff(little)), .. Exif(Tiff(little, value: 1))])); // the first counts
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_not_as_it_should_be_leaves_the_picture_as_it_is(bool little)
    {
        AssertTurned(WithHead(Exif(Tiff(little, value: 9))), isTurned: false);
        AssertTurned(WithHead(Exif(Tiff(little, type: 5))), isTurned: false);
        AssertTurned(WithHead(Exif(Tiff(little, type: 4, value: 0xFFFF_FFFE))), isTurned: false);
        AssertTurned(WithHead(Exif(Tiff(little)[..20])), isTurned: false);
        AssertTurned(WithHead(Exif([.. "XX*\0"u8, .. Tiff(little)[4..]])), isTurned: false);
    }

    [Fact]
    public void PNG_is_turned_by_its_own_chunk_and_by_that_of_ImageMagick()
    {
        var png = Picture(SKEncodedImageFormat.Png);
        const int afterHeader = 33;
        var end = png.Length - 12;
        AssertTurned(png, isTurned: false);
        foreach (var little in (bool[])[true, false])
        {
            AssertTurned(With(afterHeader, "eXIf", Tiff(little)));
            AssertTurned(With(end, "eXIf", Tiff(little)));
            AssertTurned(With(afterHeader, "eXIf", [.. "Exif\0\0"u8, .. Tiff(little)]));
            var text = Encoding.ASCII.GetBytes($"\nexif\n      32\n{Convert.ToHexStringLower([.. "Exif\0\0"u8, .. Tiff(little)]).Insert(30, "\n")}\n");
            AssertTurned(With(afterHeader, "tEXt", [.. "Raw profile type exif\0"u8, .. text]));
            AssertTurned(With(afterHeader, "zTXt", [.. "Raw profile type APP1\0\0"u8, .. Deflate(text)]));
        }
        AssertTurned(With(afterHeader, "zTXt", [.. "Raw profile type exif\0\0"u8, 1, 2, 3]), isTurned: false);

        byte[] With(int at, string type, byte[] content)
        {
            var length = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
            byte[] result = [.. png[..at], .. length, .. Encoding.ASCII.GetBytes(type), .. content, 0, 0, 0, 0, .. png[at..]];
            PngWriter.MendChecksums(result);
            return result;
        }
    }

    [Fact]
    public void WebP_is_turned()
    {
        var webp = Picture(SKEncodedImageFormat.Webp);
        foreach (var exif in (byte[][])[Tiff(true), Tiff(false), [.. "Exif\0\0"u8, .. Tiff(false)]])
        {
            byte[] chunks = [.. "VP8X"u8, 10, 0, 0, 0, 8, 0, 0, 0, 15, 0, 0, 15, 0, 0, .. webp[12..], .. "EXIF"u8, (byte)exif.Length, 0, 0, 0, .. exif];
            var file = new byte[12 + chunks.Length];
            "RIFF"u8.CopyTo(file);
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
            "WEBP"u8.CopyTo(file.AsSpan(8));
            chunks.CopyTo(file, 12);
            AssertTurned(file);
        }
    }

    private static byte[] Deflate(byte[] text)
    {
        using var memory = new MemoryStream();
        using (var stream = new ZLibStream(memory, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(text);
        return memory.ToArray();
    }
}
