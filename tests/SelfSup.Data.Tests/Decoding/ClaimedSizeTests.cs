using System.Buffers.Binary;
using SelfSup.Data.Tests.Decoding.Fuzzing;
using SkiaSharp;

namespace SelfSup.Data.Tests.Decoding;

/// <summary>Memory is for the pixels that a file has, not for those that it claims.</summary>
public class ClaimedSizeTests
{
    private static string ReasonOf(IImageDecoder decoder, byte[] encoded) =>
        Assert.Throws<ImageReadException>(() => decoder.Decode(encoded, 8, new byte[3 * 8 * 8])).Message;

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Gif)]
    public void A_small_file_that_claims_to_be_large_is_refused(SKEncodedImageFormat format)
    {
        var seed = FuzzSeeds.Drawn().First(seed => seed.Format == format);
        Assert.Contains("that its header claims", ReasonOf(IImageDecoder.Default, WithSize(seed, 13_000, 13_000)));
        Assert.Contains("limit", ReasonOf(IImageDecoder.Default, WithSize(seed, 20_000, 20_000)));
    }

    [Fact]
    public void The_limit_holds_for_every_format()
    {
        var strict = IImageDecoder.WithMaxPixels(93 * 71 - 1);
        var exact = IImageDecoder.WithMaxPixels(93 * 71);
        foreach (var seed in FuzzSeeds.Drawn().Where(seed => seed.Bytes != ProgressiveJpeg.Bytes))
        {
            Assert.Contains("limit", ReasonOf(strict, seed.Bytes));
            exact.Decode(seed.Bytes, 8, new byte[3 * 8 * 8]);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => IImageDecoder.WithMaxPixels(0));
    }

    [Fact]
    public void A_flat_picture_that_compresses_to_almost_nothing_is_decoded()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(3000, 2000, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Erase(SKColors.Orange);
        foreach (var format in (SKEncodedImageFormat[])[SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp])
        {
            using var data = bitmap.Encode(format, 30);
            var pixels = new byte[3 * 4 * 4];
            IImageDecoder.Default.Decode(data.Span, 4, pixels);
            EncodedImage.AssertNear(SKColors.Orange, EncodedImage.At(pixels, 4, 2, 2), 6);
        }
        var gif = GifWriter.Write(3000, 2000, new byte[3000 * 2000]);
        IImageDecoder.Default.Decode(gif, 4, new byte[3 * 4 * 4]);
    }

    [Theory]
    [InlineData("<html><body>Not found</body></html>", "web page")]
    [InlineData("\uFEFF  <svg xmlns=''></svg>", "SVG")]
    [InlineData("%PDF-1.7", "PDF")]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0", "HEIC")]
    [InlineData("\0\0\0\u0018ftypavif\0\0\0\0", "AVIF")]
    [InlineData("II*\0\u0008\0\0\0", "TIFF")]
    [InlineData("GIF89a", "header of the GIF")]
    [InlineData("\0\0\u0008\u0008aaaaaaaa", "known format")] // a picture, by the rules of WBMP
    [InlineData("\0\0\0\0\0\0\0\0", "all its bytes are zero")]
    public void What_a_file_is_instead_of_an_image_is_named(string content, string reason) =>
        Assert.Contains(reason, ReasonOf(IImageDecoder.Default, System.Text.Encoding.UTF8.GetBytes(content)));

    private static byte[] WithSize(FuzzSeed seed, ushort width, ushort height)
    {
        var bytes = (byte[])seed.Bytes.Clone();
        switch (seed.Format)
        {
            case SKEncodedImageFormat.Jpeg:
                var frame = bytes.AsSpan(bytes.AsSpan().IndexOf<byte>([0xFF, 0xC0]));
                BinaryPrimitives.WriteUInt16BigEndian(frame[5..], height);
                BinaryPrimitives.WriteUInt16BigEndian(frame[7..], width);
                break;
            case SKEncodedImageFormat.Png:
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
                PngWriter.MendChecksums(bytes);
                break;
            default:
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), width);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), height);
                break;
        }
        return bytes;
    }
}
