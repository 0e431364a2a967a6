using SkiaSharp;

namespace SelfSup.Data.Tests.Decoding;

/// <summary>Makes encoded images of known pixels.</summary>
internal static class EncodedImage
{
    public static byte[] Make(int width, int height, Func<int, int, SKColor> color, SKEncodedImageFormat format, int quality = 100)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                bitmap.SetPixel(x, y, color(x, y));
        }
        using var data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    /// <summary>Puts an EXIF segment that holds nothing but the orientation, 1..8, at the head of a JPEG.</summary>
    public static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0,
            (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8,
            0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    /// <summary>The color of a decoded pixel.</summary>
    public static SKColor At(byte[] planes, int size, int x, int y)
    {
        var (at, plane) = (y * size + x, size * size);
        return new SKColor(planes[at], planes[at + plane], planes[at + 2 * plane]);
    }

    public static void AssertNear(SKColor expected, SKColor actual, int tolerance)
    {
        var distance = new[] { expected.Red - actual.Red, expected.Green - actual.Green, expected.Blue - actual.Blue }.Max(Math.Abs);
        Assert.True(distance <= tolerance, $"expected {expected}, got {actual}");
    }
}
