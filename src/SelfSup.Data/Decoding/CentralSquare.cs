namespace SelfSup.Data;

/// <summary>The square to cut out of stored pixels before they are turned upright.</summary>
internal readonly record struct CentralSquare(int Left, int Top, int Side)
{
    public static CentralSquare Of(int width, int height, Orientation orientation)
    {
        var side = Math.Min(width, height);
        // An odd margin is rounded so that the crop is the same as after turning the image upright.
        return new((width - side + (orientation.MirrorsX ? 1 : 0)) / 2, (height - side + (orientation.MirrorsY ? 1 : 0)) / 2, side);
    }
}
