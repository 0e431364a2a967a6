using SkiaSharp;
using static SelfSup.Data.Tests.Decoding.EncodedImage;

namespace SelfSup.Data.Tests.Decoding;

public class SkiaImageDecoderTests
{
    private static readonly SKColor red = new(220, 30, 30), green = new(30, 180, 40), blue = new(40, 50, 210), yellow = new(230, 220, 40);

    private static byte[] Decode(byte[] encoded, int size)
    {
        var pixels = new byte[3 * size * size];
        SkiaImageDecoder.Default.Decode(encoded, size, pixels);
        return pixels;
    }

    private static string Reason(byte[] encoded) => Assert.Throws<ImageReadException>(() => Decode(encoded, 8)).Message;

    /// <summary>Red, green over blue, yellow: the quarters of an upright picture.</summary>
    private static SKColor Quarter(int x, int y, int width, int height) =>
        y < height / 2 ? x < width / 2 ? red : green : x < width / 2 ? blue : yellow;

    private static void AssertQuarters(byte[] pixels, int size, int tolerance)
    {
        AssertNear(red, At(pixels, size, 1, 1), tolerance);
        AssertNear(green, At(pixels, size, size - 2, 1), tolerance);
        AssertNear(blue, At(pixels, size, 1, size - 2), tolerance);
        AssertNear(yellow, At(pixels, size, size - 2, size - 2), tolerance);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png, 0)]
    [InlineData(SKEncodedImageFormat.Jpeg, 6)]
    [InlineData(SKEncodedImageFormat.Webp, 6)]
    public void Formats_are_told_by_content(SKEncodedImageFormat format, int tolerance)
    {
        var encoded = Make(48, 32, (x, y) => Quarter(x, y, 48, 32), format);
        foreach (var size in (int[])[8, 16, 32, 50])
            AssertQuarters(Decode(encoded, size), size, tolerance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void The_orientation_is_applied_before_the_crop(byte orientation)
    {
        // The upright picture is 81 x 48; how each orientation stores it is written out here pixel by pixel.
        const int width = 81, height = 48;
        var (storedWidth, storedHeight) = orientation > 4 ? (height, width) : (width, height);
        (int, int) Upright(int x, int y) => orientation switch
        {
            1 => (x, y),
            2 => (width - 1 - x, y),
            3 => (width - 1 - x, height - 1 - y),
            4 => (x, height - 1 - y),
            5 => (y, x),
            6 => (width - 1 - y, x),
            7 => (width - 1 - y, height - 1 - x),
            _ => (y, height - 1 - x),
        };
        SKColor Color(int x, int y)
        {
            var (u, v) = Upright(x, y);
            return Quarter(u, v, width, height);
        }
        var jpeg = WithOrientation(Make(storedWidth, storedHeight, Color, SKEncodedImageFormat.Jpeg), orientation);
        foreach (var size in (int[])[12, 48])
            AssertQuarters(Decode(jpeg, size), size, 6);
        var plain = Decode(Make(width, height, (x, y) => Quarter(x, y, width, height), SKEncodedImageFormat.Jpeg), 48);
        // The edge at the middle tells a crop that is off by one: it would differ by far more than compression does.
        Assert.True(plain.Zip(Decode(jpeg, 48)).Average(pair => Math.Abs(pair.First - pair.Second)) < 1.5);
    }

    [Fact]
    public void The_crop_is_the_central_square()
    {
        var wide = Make(30, 10, (x, _) => x is >= 10 and < 20 ? green : red, SKEncodedImageFormat.Png);
        var tall = Make(10, 30, (_, y) => y is >= 10 and < 20 ? green : red, SKEncodedImageFormat.Png);
        foreach (var encoded in (byte[][])[wide, tall])
        {
            var pixels = Decode(encoded, 10);
            for (var i = 0; i < 100; i++)
                Assert.Equal(green, At(pixels, 10, i % 10, i / 10));
        }
    }

    [Fact]
    public void An_image_of_the_right_size_is_kept_exactly()
    {
        static SKColor Color(int x, int y) => new((byte)(x * 16), (byte)(y * 16), (byte)(x * y));
        var pixels = Decode(Make(16, 16, Color, SKEncodedImageFormat.Png), 16);
        for (var i = 0; i < 256; i++)
            Assert.Equal(Color(i % 16, i / 16), At(pixels, 16, i % 16, i / 16));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    public void Reducing_does_not_alias(SKEncodedImageFormat format)
    {
        // A fine checkerboard becomes the gray that it looks from afar.
        var encoded = Make(512, 512, (x, y) => (x + y) % 2 == 0 ? SKColors.White : SKColors.Black, format);
        Assert.All(Decode(encoded, 20), value => Assert.InRange(value, 120, 135));
    }

    [Fact]
    public void Transparency_lies_on_white()
    {
        var halfRed = new SKColor(200, 0, 0, 128);
        var pixels = Decode(Make(8, 8, (x, _) => x < 4 ? halfRed : SKColors.Transparent, SKEncodedImageFormat.Png), 8);
        AssertNear(new SKColor(227, 127, 127), At(pixels, 8, 0, 4), 2);
        Assert.Equal(SKColors.White, At(pixels, 8, 7, 4));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void A_truncated_file_is_refused(SKEncodedImageFormat format)
    {
        var whole = Make(64, 64, (x, y) => new SKColor((byte)(x * 37), (byte)(y * 53), (byte)(x * y)), format);
        Assert.Contains("truncated", Reason(whole[..(whole.Length * 2 / 3)]));
        Decode([.. whole, 1, 2, 3], 8);
    }

    [Fact]
    public void What_is_not_an_image_is_refused()
    {
        Assert.Contains("empty", Reason([]));
        Assert.Contains("known format", Reason([1, 2, 3]));
        Assert.Contains("LFS", Reason([.. "version https://git-lfs.github.com/spec/v1\noid sha256:00"u8]));
    }

    [Fact]
    public void An_image_beyond_the_limit_is_refused_by_its_header()
    {
        // The header of a bitmap of 20,000 x 20,000 and none of its pixels.
        var header = new byte[54];
        "BM"u8.CopyTo(header);
        BitConverter.TryWriteBytes(header.AsSpan(2), 54 + 1_200_000_000);
        header[10] = 54;
        header[14] = 40;
        BitConverter.TryWriteBytes(header.AsSpan(18), 20_000);
        BitConverter.TryWriteBytes(header.AsSpan(22), 20_000);
        header[26] = 1;
        header[28] = 24;
        Assert.Contains("20000 x 20000", Reason(header));
        var small = new SkiaImageDecoder { MaxPixels = 100 };
        var encoded = Make(11, 10, (_, _) => red, SKEncodedImageFormat.Png);
        Assert.Throws<ImageReadException>(() => small.Decode(encoded, 4, new byte[48]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SkiaImageDecoder { MaxPixels = 0 });
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 700)]
    [InlineData(700, 2)]
    public void Odd_shapes_are_decoded(int width, int height)
    {
        foreach (var format in (SKEncodedImageFormat[])[SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg])
        {
            var pixels = Decode(Make(width, height, (_, _) => blue, format), 9);
            for (var i = 0; i < 81; i++)
                AssertNear(blue, At(pixels, 9, i % 9, i / 9), 3);
        }
    }
}
