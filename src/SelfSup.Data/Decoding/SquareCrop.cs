namespace SelfSup.Data;

/// <summary>The square to cut out of stored pixels before they are turned upright.</summary>
internal readonly record struct SquareCrop(int Left, int Top, int Side)
{
    /// <summary>The place of the central square along the longer side.</summary>
    public const double Center = 0.5;

    /// <summary>Finds the square.</summary>
    /// <param name="width">Width of the stored pixels.</param>
    /// <param name="height">Height of the stored pixels.</param>
    /// <param name="orientation">How they are turned upright.</param>
    /// <param name="place">Where along the longer side of the upright image, from 0, the left or top end, to 1.</param>
    public static SquareCrop Of(int width, int height, Orientation orientation, double place)
    {
        var side = Math.Min(width, height);
        return new(Offset(width - side, place, orientation.MirrorsX), Offset(height - side, place, orientation.MirrorsY), side);
    }

    private static int Offset(int margin, double place, bool isMirrored)
    {
        // All offsets are as likely where the place is uniform; an odd margin around the center is rounded down.
        var upright = place == Center ? margin / 2 : Math.Clamp((int)(place * (margin + 1)), 0, margin);
        return isMirrored ? margin - upright : upright;
    }
}
