using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Images as rows of patches, and back.</summary>
public static class Patches
{
    /// <summary>Cuts images into patches, row by row.</summary>
    /// <param name="images">Images (N, C, H, W), whose sides are multiples of the patch. Borrowed.</param>
    /// <param name="side">Side of a patch in pixels.</param>
    /// <returns>Patches (N, L, side x side x C): row in the patch, column, channel, as MAE has them; owned by the caller.</returns>
    public static Tensor Split(Tensor images, int side)
    {
        using var scope = NewDisposeScope();
        var (count, channels, rows, columns) = (images.shape[0], images.shape[1], images.shape[2] / side, images.shape[3] / side);
        return images.reshape(count, channels, rows, side, columns, side).permute(0, 2, 4, 3, 5, 1)
            .reshape(count, rows * columns, side * side * channels).MoveToOuterDisposeScope();
    }

    /// <summary>Puts patches of RGB images together again.</summary>
    /// <param name="patches">Patches (N, L, side x side x 3) as <see cref="Split"/> makes them. Borrowed.</param>
    /// <param name="side">Side of a patch in pixels.</param>
    /// <param name="rows">Rows of patches.</param>
    /// <returns>Images (N, 3, H, W), owned by the caller.</returns>
    public static Tensor Join(Tensor patches, int side, int rows)
    {
        using var scope = NewDisposeScope();
        var (count, columns) = (patches.shape[0], patches.shape[1] / rows);
        return patches.reshape(count, rows, columns, side, side, 3).permute(0, 5, 1, 3, 2, 4)
            .reshape(count, 3, rows * side, columns * side).MoveToOuterDisposeScope();
    }

    /// <summary>The patch that vision transformers of the library have for a size of images: 4, 8 or 16 pixels.</summary>
    internal static int UsualSide(long imageSize) => imageSize <= 40 ? 4 : imageSize <= 160 ? 8 : 16;

    /// <summary>Paints a mask of patches as pixels.</summary>
    /// <param name="mask">(N, rows, columns), of any type.</param>
    /// <param name="side">Side of a patch in pixels.</param>
    /// <returns>(N, 1, H, W), in the caller's scope.</returns>
    internal static Tensor ToPixels(Tensor mask, int side)
    {
        var (count, rows, columns) = (mask.shape[0], mask.shape[1], mask.shape[2]);
        return mask.view(count, rows, 1, columns, 1).expand(count, rows, side, columns, side).reshape(count, 1, rows * side, columns * side);
    }
}
