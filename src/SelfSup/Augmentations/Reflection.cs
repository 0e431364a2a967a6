namespace SelfSup.Augmentations;

/// <summary>Continues images at their borders as a mirror would that stands on the last pixel.</summary>
internal static class Reflection
{
    /// <summary>The pixel seen at a position.</summary>
    /// <param name="position">From -(side - 1) to 2 (side - 1).</param>
    /// <param name="side">Pixels in a row, at least 1.</param>
    /// <returns>A pixel in 0..side-1.</returns>
    public static int Inside(long position, long side) => (int)(side - 1 - Math.Abs(side - 1 - Math.Abs(position)));
}
