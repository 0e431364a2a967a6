using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Advanced;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace SelfSup.ImageSharp;

/// <summary>Makes the square that an encoder sees of an image.</summary>
internal static class UprightSquare
{
    /// <summary>The place of the central square along the longer side.</summary>
    public const double Center = 0.5;

    /// <summary>Turns the image upright, cuts out the square at a place along its longer side, 0..1, and scales it.</summary>
    public static IImageProcessingContext CropUprightSquare(this IImageProcessingContext context, int size, double place = Center)
    {
        context.AutoOrient();
        var (width, height) = context.GetCurrentSize();
        var side = Math.Min(width, height);
        context.Crop(new Rectangle(Offset(width - side), Offset(height - side), side, side));
        // The triangle widens with the reduction, as in the library's own decoders, so that reducing does not alias.
        return side == size ? context : context.Resize(size, size, KnownResamplers.Triangle);

        int Offset(int margin) => place == Center ? margin / 2 : Math.Clamp((int)(place * (margin + 1)), 0, margin);
    }

    /// <summary>Copies the pixels of a square to its red, green and blue planes.</summary>
    public static void CopyPlanesTo(this Image<Rgb24> square, Span<byte> pixels)
    {
        var plane = square.Width * square.Height;
        var red = pixels[..plane];
        var green = pixels.Slice(plane, plane);
        var blue = pixels.Slice(2 * plane, plane);
        for (var y = 0; y < square.Height; y++)
        {
            var row = square.DangerousGetPixelRowMemory(y).Span;
            var start = y * square.Width;
            for (var x = 0; x < row.Length; x++)
                (red[start + x], green[start + x], blue[start + x]) = (row[x].R, row[x].G, row[x].B);
        }
    }
}
