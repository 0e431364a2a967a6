using SkiaSharp;

namespace SelfSup.Data;

/// <summary>
/// Decodes the square of a JPEG without what lies beside it: of the rows above and below no pixels are made, and of the columns beside it few.
/// </summary>
internal static class JpegSquare
{
    // Smooth enlarging of colors mixes neighbors: with fewer columns beside the square its border would differ from that in the whole image.
    private const int Margin = 16;

    /// <summary>Decodes the square, to the same pixels as in the whole image.</summary>
    /// <param name="codec">The JPEG.</param>
    /// <param name="info">The whole image at the scale to decode at.</param>
    /// <param name="crop">The square in it.</param>
    /// <param name="left">The first column that is decoded, at most the square's.</param>
    /// <returns>The rows of the square, from the first column on, owned by the caller; null if they cannot be had so, as of a damaged file.</returns>
    public static unsafe (PixelBuffer Pixels, int Width)? TryDecode(SKCodec codec, SKImageInfo info, SquareCrop crop, out int left)
    {
        left = Math.Max(0, crop.Left - Margin);
        var width = Math.Min(info.Width, crop.Left + crop.Side + Margin) - left;
        var options = width < info.Width ? new SKCodecOptions(SKRectI.Create(left, 0, width, info.Height)) : SKCodecOptions.Default;
        if (codec.StartScanlineDecode(info, options) != SKCodecResult.Success || !Skip(codec, crop.Top))
            return null;
        var pixels = new PixelBuffer(width, crop.Side);
        fixed (byte* target = pixels.Bytes)
        {
            // The rest is passed over too: it would show that the file is cut off.
            if (codec.GetScanlines((nint)target, crop.Side, width * PixelBuffer.BytesPerPixel) == crop.Side && Skip(codec, info.Height - crop.Top - crop.Side))
                return (pixels, width);
        }
        pixels.Dispose();
        return null;
    }

    private static bool Skip(SKCodec codec, int rows) => rows == 0 || codec.SkipScanlines(rows);
}
