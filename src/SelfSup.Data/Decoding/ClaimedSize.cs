using SkiaSharp;

namespace SelfSup.Data;

/// <summary>Judges the size that an image's header claims, before there is memory for it.</summary>
internal static class ClaimedSize
{
    public const long DefaultMaxPixels = 178_000_000;
    public const long LargestMaxPixels = 500_000_000;

    public static long ValidLimit(long maxPixels) => maxPixels is >= 1 and <= LargestMaxPixels
        ? maxPixels
        : throw new ArgumentOutOfRangeException(nameof(maxPixels), maxPixels, "The pixel limit lies in 1..500 million.");

    /// <summary>Why an image of that size is refused; null if it is not.</summary>
    public static string? ReasonAgainst(SKEncodedImageFormat format, int width, int height, ReadOnlySpan<byte> encoded, long maxPixels)
    {
        if (ReasonAgainst(width, height, maxPixels) is { } reason)
            return reason;
        if ((long)width * height > MaxPixelsIn(encoded, format))
            return $"the file is truncated: its {encoded.Length} bytes cannot hold the {width} x {height} pixels that its header claims";
        return null;
    }

    /// <summary>Why an image of that size is refused in any format; null if it is not.</summary>
    public static string? ReasonAgainst(int width, int height, long maxPixels)
    {
        if (width < 1 || height < 1)
            return $"the image has no pixels ({width} x {height})";
        return (long)width * height > maxPixels ? $"{width} x {height} is above the limit of {maxPixels} pixels (MaxPixels)" : null;
    }

    /// <summary>How many pixels a file can hold at the very best, as its format compresses.</summary>
    private static long MaxPixelsIn(ReadOnlySpan<byte> encoded, SKEncodedImageFormat format) => format switch
    {
        SKEncodedImageFormat.Jpeg => encoded.Length * 512L, // a bit for a block of 8 x 8
        SKEncodedImageFormat.Png => encoded.Length * 1032L * 8 / PngBitsPerPixel(encoded), // deflate
        SKEncodedImageFormat.Gif => encoded.Length * 2731L, // LZW: strings of 4096 pixels in 12 bits
        SKEncodedImageFormat.Bmp => encoded.Length * 128L, // run lengths up to 255 in two bytes
        _ => long.MaxValue, // WebP has no bound: a picture of one color takes no bits a pixel
    };

    private static int PngBitsPerPixel(ReadOnlySpan<byte> png)
    {
        const int depth = 24, colorType = 25; // places in the header
        if (png.Length <= colorType)
            return 1;
        var channels = png[colorType] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        return channels * Math.Clamp((int)png[depth], 1, 16);
    }
}
