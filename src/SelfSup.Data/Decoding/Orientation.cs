using SkiaSharp;

namespace SelfSup.Data;

/// <summary>How a stored image is turned upright: mirrored along its own axes, then its axes swapped.</summary>
internal readonly record struct Orientation(bool MirrorsX, bool MirrorsY, bool SwapsAxes)
{
    public static Orientation Of(SKEncodedOrigin origin) => origin switch
    {
        SKEncodedOrigin.TopRight => new(true, false, false),
        SKEncodedOrigin.BottomRight => new(true, true, false),
        SKEncodedOrigin.BottomLeft => new(false, true, false),
        SKEncodedOrigin.LeftTop => new(false, false, true),
        SKEncodedOrigin.RightTop => new(false, true, true),
        SKEncodedOrigin.RightBottom => new(true, true, true),
        SKEncodedOrigin.LeftBottom => new(true, false, true),
        _ => default,
    };

    /// <summary>Where stored pixels go in an upright square plane: the offset of the first, the steps along a row and a column.</summary>
    public (int Start, int StepX, int StepY) Layout(int size)
    {
        var (stepX, stepY) = SwapsAxes ? (size, 1) : (1, size);
        var start = (MirrorsX ? (size - 1) * stepX : 0) + (MirrorsY ? (size - 1) * stepY : 0);
        return (start, MirrorsX ? -stepX : stepX, MirrorsY ? -stepY : stepY);
    }
}
