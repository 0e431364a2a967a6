namespace SelfSup.Data;

/// <summary>The scales at which JPEG files are decoded, the same whatever library does it, so that pixels are the same too.</summary>
internal static class JpegScale
{
    // Of all the scales that libjpeg-turbo has, those with vector code; decoding at 3/8 takes longer than at 4/8.
    private static readonly int[] eighths = [1, 2, 4, 8];

    /// <summary>The smallest scale, in eighths, at which a side covers the square; full size if none does.</summary>
    public static int For(int side, int size)
    {
        foreach (var scale in eighths)
        {
            if (Apply(side, scale) >= size)
                return scale;
        }
        return eighths[^1];
    }

    /// <summary>A side as libjpeg scales it: rounded up.</summary>
    public static int Apply(int side, int eighths) => (int)(((long)side * eighths + 7) / 8);
}
