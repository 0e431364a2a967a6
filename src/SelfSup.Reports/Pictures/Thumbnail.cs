using SelfSup.Data;
using SkiaSharp;

namespace SelfSup.Reports;

/// <summary>Small pictures, as WebP in a data URI.</summary>
internal static class Thumbnail
{
    private static readonly int[] qualities = [75, 50, 30, 15, 5, 0];

    /// <summary>Reads an image of a source, of a clip the first frame.</summary>
    /// <param name="source">The images.</param>
    /// <param name="image">Which one.</param>
    /// <param name="side">Side of the picture in pixels.</param>
    /// <param name="mostBytes">How large it may be before it is written as text; it gets the best quality within that.</param>
    /// <returns>The data URI; null where the image cannot be read.</returns>
    public static string? Read(IImageSource source, int image, int side, int mostBytes)
    {
        var pixels = new byte[source.Frames * 3 * side * side];
        try
        {
            source.Read(image, side, pixels);
        }
        catch (ImageReadException)
        {
            return null;
        }
        using var bitmap = new SKBitmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var rgba = bitmap.GetPixelSpan();
        var plane = side * side;
        for (var i = 0; i < plane; i++)
            (rgba[4 * i], rgba[(4 * i) + 1], rgba[(4 * i) + 2], rgba[(4 * i) + 3]) = (pixels[i], pixels[plane + i], pixels[(2 * plane) + i], byte.MaxValue);
        return Encode(bitmap, mostBytes);
    }

    /// <summary>Reads a picture file, made narrower where it is wider than asked for.</summary>
    /// <returns>The data URI with the size in pixels; null where the file is no picture.</returns>
    public static (string Uri, int Width, int Height)? ReadFile(string path, int mostWidth, int mostBytes)
    {
        using var bitmap = SKBitmap.Decode(path);
        if (bitmap is null)
            return null;
        if (bitmap.Width <= mostWidth)
            return (Encode(bitmap, mostBytes), bitmap.Width, bitmap.Height);
        var height = Math.Max(1, (int)((long)bitmap.Height * mostWidth / bitmap.Width));
        using var smaller = bitmap.Resize(new SKImageInfo(mostWidth, height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        return (Encode(smaller, mostBytes), mostWidth, height);
    }

    private static string Encode(SKBitmap bitmap, int mostBytes)
    {
        using var pixels = bitmap.PeekPixels();
        foreach (var quality in qualities)
        {
            using var encoded = pixels.Encode(SKEncodedImageFormat.Webp, quality)
                ?? throw new InvalidOperationException($"A picture of {bitmap.Width} x {bitmap.Height} cannot be encoded as WebP.");
            if (encoded.Size <= mostBytes || quality == qualities[^1])
                return $"data:image/webp;base64,{Convert.ToBase64String(encoded.AsSpan())}";
        }
        throw new InvalidOperationException("No quality is left."); // not reached
    }
}
