using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Squares cut out of images, each anywhere, and made alike in brightness and contrast.</summary>
internal static class Tiles
{
    /// <summary>Cuts squares out of every image, in one pass over the batch.</summary>
    /// <param name="images">Images (N, 3, H, W) of any type.</param>
    /// <param name="rows">Topmost row of every tile, int64 (N, C, T, 1, 1), where C is 3, or 1 for the same in all channels.</param>
    /// <param name="columns">Leftmost column of every tile, of the same shape.</param>
    /// <param name="side">Side of a tile in pixels.</param>
    /// <returns>Tiles (N x T, 3, side, side), those of an image one after another.</returns>
    public static Tensor Cut(Tensor images, Tensor rows, Tensor columns, int side)
    {
        using var scope = NewDisposeScope();
        long count = images.shape[0], height = images.shape[2], width = images.shape[3], tiles = rows.shape[2];
        var steps = arange(side, int64, images.device);
        var index = rows.add(steps.view(1, 1, 1, side, 1)).mul(width).add(columns.add(steps.view(1, 1, 1, 1, side))); // (N, C, T, t, t)
        return images.contiguous().view(count, 3, height * width)
            .gather(2, index.expand(count, 3, tiles, side, side).reshape(count, 3, -1))
            .view(count, 3, tiles, side, side).transpose(1, 2) // (N, T, 3, t, t)
            .reshape(count * tiles, 3, side, side).MoveToOuterDisposeScope();
    }

    /// <summary>Subtracts each tile's mean and divides by its deviation, channel by channel; a constant tile becomes zeros.</summary>
    /// <param name="tiles">Tiles (M, 3, t, t) of any type.</param>
    /// <returns>Float32 (M, 3, t, t).</returns>
    public static Tensor Standardize(Tensor tiles)
    {
        using var scope = NewDisposeScope();
        var pixels = tiles.to(ScalarType.Float32);
        var centered = pixels.sub(pixels.mean([2, 3], keepdim: true));
        var deviation = centered.mul(centered).mean([2, 3], keepdim: true).sqrt_();
        return centered.div_(deviation.clamp_min_(1e-3)).MoveToOuterDisposeScope();
    }

    /// <summary>Standardized tiles, made visible in a preview.</summary>
    /// <param name="tiles">Tiles from <see cref="Standardize"/>.</param>
    /// <returns>Pixels, most of them in [0, 1].</returns>
    public static Tensor Show(Tensor tiles) => tiles.mul(0.22f).add_(0.5f);

    /// <summary>Puts tiles side by side, with a white line around each.</summary>
    /// <param name="tiles">Square tiles, float (3, t, t) in [0, 1], row by row.</param>
    /// <param name="grid">Tiles along a side.</param>
    /// <returns>One picture, float (3, grid x (t + 2), grid x (t + 2)).</returns>
    public static Tensor Assemble(IEnumerable<Tensor> tiles, int grid)
    {
        using var scope = NewDisposeScope();
        var rows = tiles.Select(tile => nn.functional.pad(tile, [1, 1, 1, 1], value: 1)).Chunk(grid).Select(row => cat(row, dim: 2));
        return cat([.. rows], dim: 1).MoveToOuterDisposeScope();
    }
}
