using SelfSup.Data.Tests.Decoding.Fuzzing;
using SkiaSharp;

namespace SelfSup.Data.Tests.Decoding;

/// <summary>Of a JPEG that is no square only the square is decoded, and its pixels are those of the whole image.</summary>
public class JpegSquareTests
{
    private const string Wide = "wide", Tall = "tall", Progressive = "progressive", Gray = "gray", Restarting = "restarting";

    public static TheoryData<string, int> Kinds
    {
        get
        {
            var kinds = new TheoryData<string, int>();
            foreach (var kind in (string[])[Wide, Tall, Progressive, Gray, Restarting])
            {
                foreach (var size in (int[])[5, 16, 30, 100, 250])
                    kinds.Add(kind, size);
            }
            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_square_is_that_of_the_whole_image(string kind, int size)
    {
        var stored = Read(kind);
        for (byte turned = 1; turned <= 8; turned++)
        {
            var encoded = turned == 1 ? stored : EncodedImage.WithOrientation(stored, turned);
            foreach (var place in (double[])[0, 0.31, SquareCrop.Center, 0.8, 1])
            {
                var pixels = new byte[3 * size * size];
                SkiaImageDecoder.Default.Decode(encoded, size, place, pixels);
                Assert.Equal(CutFromWhole(encoded, size, place), pixels);
            }
        }
    }

    [Theory]
    [InlineData(Wide)]
    [InlineData(Tall)]
    public void No_more_is_decoded_than_the_square_and_its_margin(string kind)
    {
        using var data = SKData.CreateCopy(Read(kind));
        using var codec = SKCodec.Create(data);
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Premul);
        var crop = SquareCrop.Of(info.Width, info.Height, default, SquareCrop.Center);
        var (pixels, width) = JpegSquare.TryDecode(codec, info, crop, out var left)!.Value;
        using (pixels)
        {
            Assert.Equal(width * crop.Side * PixelBuffer.BytesPerPixel, pixels.Bytes.Length);
            Assert.InRange(crop.Left - left, 0, 16);
            Assert.InRange(width, crop.Side, crop.Side + 32);
        }
    }

    private static byte[] Read(string kind) => kind switch
    {
        Wide => Draw(301, 120),
        Tall => Draw(120, 301),
        Progressive => ProgressiveJpeg.Bytes,
        Gray => StandardJpeg.Gray,
        _ => StandardJpeg.Restarting,
    };

    // Every column and row differs from its neighbors, in colors too.
    private static byte[] Draw(int width, int height) => EncodedImage.Make(
        width, height, (x, y) => new SKColor((byte)(x * 37), (byte)(y * 53), (byte)((x + y) * 11)), SKEncodedImageFormat.Jpeg, quality: 90);

    private static byte[] CutFromWhole(byte[] encoded, int size, double place)
    {
        using var data = SKData.CreateCopy(encoded);
        using var codec = SKCodec.Create(data);
        var scaled = codec.GetScaledDimensions(JpegScale.For(Math.Min(codec.Info.Width, codec.Info.Height), size) / 8f);
        var info = new SKImageInfo(scaled.Width, scaled.Height, SKColorType.Rgba8888, SKAlphaType.Premul);
        Assert.Equal(SKCodecResult.Success, codec.GetPixels(info, out var whole));
        var pixels = new byte[3 * size * size];
        SkiaImageDecoder.CropSquare(whole, scaled, ExifOrientation.Read(encoded), size, place, pixels);
        return pixels;
    }
}
