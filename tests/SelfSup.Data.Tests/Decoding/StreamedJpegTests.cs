using System.Text;

namespace SelfSup.Data.Tests.Decoding;

/// <summary>Frames as webcams and MJPEG streams give them: without Huffman tables, amid a stream's headers.</summary>
public class StreamedJpegTests
{
    private static readonly byte[][] whole = [StandardJpeg.Color, StandardJpeg.Gray, StandardJpeg.Restarting];

    private static IImageDecoder[] Decoders =>
        TurboJpegDecoder.IsAvailable ? [SkiaImageDecoder.Default, new TurboJpegDecoder()] : [SkiaImageDecoder.Default];

    private static byte[] Decode(IImageDecoder decoder, byte[] jpeg)
    {
        var pixels = new byte[3 * 16 * 16];
        decoder.Decode(jpeg, 16, pixels);
        return pixels;
    }

    private static void AssertSame(byte[] expected, byte[] actual)
    {
        foreach (var decoder in Decoders)
            Assert.Equal(Decode(SkiaImageDecoder.Default, expected), Decode(decoder, actual));
    }

    [Fact]
    public void The_standard_tables_stand_in_for_missing_ones()
    {
        foreach (var jpeg in whole)
        {
            AssertSame(jpeg, StandardJpeg.WithoutCodes(jpeg));
            foreach (var table in (byte[])[0, 1, 0x10, 0x11])
                AssertSame(jpeg, StandardJpeg.Without(jpeg, 0xC4, first => first == table));
        }
    }

    [Fact]
    public void A_frame_without_tables_that_is_cut_is_refused()
    {
        var bare = StandardJpeg.WithoutCodes(StandardJpeg.Color);
        foreach (var decoder in Decoders)
            Assert.Contains("truncated", Assert.Throws<ImageReadException>(() => Decode(decoder, bare[..(bare.Length * 3 / 4)])).Message);
    }

    [Theory]
    [InlineData("\r\n--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 800\r\n\r\n", "\r\n--frame\r\n")]
    [InlineData("\r\n", "\0\0\0\0")]
    [InlineData("", "\r\n--frame--")]
    public void What_a_stream_puts_around_a_frame_is_passed_over(string before, string after)
    {
        foreach (var jpeg in whole)
        {
            AssertSame(jpeg, [.. Encoding.ASCII.GetBytes(before), .. jpeg, .. Encoding.ASCII.GetBytes(after)]);
            AssertSame(jpeg, [.. Encoding.ASCII.GetBytes(before), .. StandardJpeg.WithoutCodes(jpeg), .. Encoding.ASCII.GetBytes(after)]);
        }
    }

    [Fact]
    public void The_first_whole_frame_of_several_is_taken()
    {
        AssertSame(StandardJpeg.Color, [.. StandardJpeg.Color, .. StandardJpeg.Gray]);
        AssertSame(StandardJpeg.Color, [.. StandardJpeg.Gray[^40..], .. StandardJpeg.Color]); // the end of the frame before
    }

    [Fact]
    public void A_thumbnail_is_not_taken_for_the_picture_of_a_damaged_file()
    {
        byte[] exif = [.. "Exif\0\0"u8, 1, 2, 3, 4, .. StandardJpeg.Gray];
        byte[] damaged = [0x7F, 0xD8, 0xFF, 0xE1, (byte)((exif.Length + 2) >> 8), (byte)(exif.Length + 2), .. exif, .. StandardJpeg.Color[2..]];
        foreach (var decoder in Decoders)
            Assert.Throws<ImageReadException>(() => Decode(decoder, damaged));
    }
}
