using SelfSup.Data;
using SkiaSharp;
using static SelfSup.Data.Tests.Decoding.EncodedImage;

namespace SelfSup.ImageSharp.Tests;

public class ImageSharpDecoderTests
{
    private static readonly SKColor red = new(220, 30, 30), green = new(30, 180, 40), blue = new(40, 50, 210), yellow = new(230, 220, 40);

    private static byte[] Decode(byte[] encoded, int size, IImageDecoder? decoder = null)
    {
        var pixels = new byte[3 * size * size];
        (decoder ?? new ImageSharpDecoder()).Decode(encoded, size, pixels);
        return pixels;
    }

    private static string Reason(byte[] encoded) => Assert.Throws<ImageReadException>(() => Decode(encoded, 8)).Message;

    /// <summary>Red, green over blue, yellow: the quarters of a picture.</summary>
    private static byte[] Quarters(int width, int height, SKEncodedImageFormat format) => Make(width, height, (x, y) =>
        y < height / 2 ? x < width / 2 ? red : green : x < width / 2 ? blue : yellow, format);

    private static double MeanDifference(byte[] a, byte[] b) => a.Zip(b).Average(pair => Math.Abs(pair.First - pair.Second));

    /// <summary>As the video behind a motion photo has them by chance.</summary>
    [Fact]
    public void Markers_behind_the_end_of_a_jpeg_do_not_cut_it()
    {
        var photo = Quarters(48, 32, SKEncodedImageFormat.Jpeg);
        Assert.Equal(Decode(photo, 16), Decode([.. photo, 1, 2, 0xFF, 0xD9, 3, 0xFF, 0xDA, 4, 5], 16));
        Assert.Contains("truncated", Reason(photo[..(photo.Length * 2 / 3)]));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png, 0)]
    [InlineData(SKEncodedImageFormat.Jpeg, 6)]
    [InlineData(SKEncodedImageFormat.Webp, 6)]
    public void Planes_are_red_green_blue(SKEncodedImageFormat format, int tolerance)
    {
        var encoded = Quarters(48, 32, format);
        foreach (var size in (int[])[8, 16, 32, 50])
        {
            var pixels = Decode(encoded, size);
            AssertNear(red, At(pixels, size, 1, 1), tolerance);
            AssertNear(green, At(pixels, size, size - 2, 1), tolerance);
            AssertNear(blue, At(pixels, size, 1, size - 2), tolerance);
            AssertNear(yellow, At(pixels, size, size - 2, size - 2), tolerance);
        }
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
    public void Orientation_and_crop_are_those_of_the_default_decoder(byte orientation)
    {
        // 81 leaves an odd margin, and the edges at the middle would tell a crop that is off by one. There is no color, of which
        // the decoders interpolate what JPEG leaves out each in its own way.
        var (width, height) = orientation > 4 ? (48, 81) : (81, 48);
        SKColor Color(int x, int y) => x < width / 2 || y < height / 3 ? SKColors.White : SKColors.Black;
        var picture = Make(width, height, Color, SKEncodedImageFormat.Jpeg);
        var jpeg = WithOrientation(picture, orientation);
        // The sizes need every pixel: where one decoder takes a smaller scale, its crop is rounded at that scale.
        foreach (var size in (int[])[40, 48])
            Assert.InRange(MeanDifference(Decode(jpeg, size, SkiaImageDecoder.Default), Decode(jpeg, size)), 0, 0.5);
    }

    [Theory]
    [InlineData(96, 96)]
    [InlineData(200, 131)]
    [InlineData(40, 73)]
    public void Scaled_pixels_are_those_of_the_default_decoder(int width, int height)
    {
        var encoded = Make(
            width, height, (x, y) => new SKColor((byte)(x * 9), (byte)(y * 7), (byte)(x * y / 5)), SKEncodedImageFormat.Png);
        Assert.InRange(MeanDifference(Decode(encoded, 48, SkiaImageDecoder.Default), Decode(encoded, 48)), 0, 0.5);
    }

    [Fact]
    public void An_image_of_the_right_size_is_kept_exactly()
    {
        var encoded = Make(16, 16, (x, y) => new SKColor((byte)(x * 16), (byte)(y * 16), (byte)(x * y)), SKEncodedImageFormat.Png);
        Assert.Equal(Decode(encoded, 16, SkiaImageDecoder.Default), Decode(encoded, 16));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    public void Reducing_does_not_alias(SKEncodedImageFormat format)
    {
        var encoded = Make(512, 512, (x, y) => (x + y) % 2 == 0 ? SKColors.White : SKColors.Black, format);
        Assert.All(Decode(encoded, 20), value => Assert.InRange(value, 120, 135));
    }

    [Fact]
    public void Transparency_lies_on_white()
    {
        var halfRed = new SKColor(200, 0, 0, 128);
        var encoded = Make(16, 16, (x, _) => x < 8 ? halfRed : SKColors.Transparent, SKEncodedImageFormat.Png);
        foreach (var size in (int[])[8, 16])
        {
            var pixels = Decode(encoded, size);
            AssertNear(new SKColor(227, 127, 127), At(pixels, size, 0, 4), 2);
            AssertNear(SKColors.White, At(pixels, size, size - 1, 4), 0);
        }
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

    /// <summary>An end marker behind half a picture makes it no whole one.</summary>
    [Fact]
    public void Half_a_jpeg_with_an_end_is_refused()
    {
        var whole = Make(64, 64, (x, y) => new SKColor((byte)(x * 37), (byte)(y * 53), (byte)(x * y)), SKEncodedImageFormat.Jpeg);
        Assert.Contains("data end before the picture does", Reason([.. whole[..(whole.Length * 2 / 3)], 0xFF, 0xD9]));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Damage_ends_in_pixels_or_a_reason(SKEncodedImageFormat format)
    {
        var whole = Make(40, 30, (x, y) => new SKColor((byte)(x * 37), (byte)(y * 53), (byte)(x * y)), format);
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var damaged = whole.ToArray();
            for (var hits = 0; hits < 3; hits++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            // Nothing but an ImageReadException may come out.
            if (Record.Exception(() => Decode(damaged, 8, new ImageSharpDecoder { MaxPixels = 1_000_000 })) is { } error)
                Assert.IsType<ImageReadException>(error);
        }
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
        var small = new ImageSharpDecoder { MaxPixels = 100 };
        Assert.Throws<ImageReadException>(() => Decode(Quarters(11, 10, SKEncodedImageFormat.Png), 4, small));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageSharpDecoder { MaxPixels = 0 });
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

    [Fact]
    public void The_name_tells_the_version() => Assert.Matches(@"^ImageSharp [23]\.1\.\d+$", new ImageSharpDecoder().Name);

    [Fact]
    public void Kinds_that_are_not_read_are_named()
    {
        Assert.Contains("HEIC", Reason([0, 0, 0, 24, .. "ftypheic\0\0\0\0mif1heic"u8]));
        Assert.Contains("CgBI", Reason([0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, 0, 0, 0, 4, .. "CgBI"u8, .. new byte[30]]));
        var jpeg = Quarters(20, 20, SKEncodedImageFormat.Jpeg);
        jpeg[jpeg.AsSpan().IndexOf<byte>([0xFF, 0xC0]) + 1] = 0xC3;
        Assert.Contains("lossless JPEG", Reason(jpeg));
    }
}
