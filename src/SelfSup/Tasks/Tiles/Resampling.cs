using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Shrinks a share of tiles and enlarges them again, so that fine detail, and how sharp it is, tells nothing.</summary>
internal static class Resampling
{
    // For every side to shrink to, smallest first, the matrix that takes a line of pixels there and back: (sides, t, t).
    private static readonly DeviceConstants<int> thereAndBack = new(side => stack(
        [.. Enumerable.Range((side + 1) / 2, side / 2).Select(small => CreateMatrix(side, small))]));

    /// <summary>Resamples random tiles, each to a random side from half its own up to one pixel less than its own, and back.</summary>
    /// <param name="tiles">Tiles (M, 3, t, t) of any type.</param>
    /// <param name="share">Probability that a tile is resampled, in [0, 1].</param>
    /// <param name="random">Draws tiles and sides.</param>
    /// <returns>Float32 (M, 3, t, t).</returns>
    public static Tensor Apply(Tensor tiles, double share, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var pixels = tiles.to(ScalarType.Float32);
        var matrices = thereAndBack.On(tiles.device, (int)tiles.shape[2]);
        long count = tiles.shape[0], side = tiles.shape[2];
        var matrix = matrices.index_select(0, random.Integers(matrices.shape[0], count)).unsqueeze(1); // (M, 1, t, t)
        var rows = matrix.matmul(pixels); // (M, 3, t, t)
        var resampled = rows.matmul(matrix.transpose(2, 3));
        return where(random.Chance(share, count, 1, 1, 1), resampled, pixels).view(count, 3, side, side).MoveToOuterDisposeScope();
    }

    private static Tensor CreateMatrix(int side, int small)
    {
        var lines = eye(side, device: CPU).unsqueeze(0); // what happens to each pixel of a line
        var shrunk = nn.functional.adaptive_avg_pool1d(lines, small);
        return nn.functional.interpolate(shrunk, size: [side], mode: InterpolationMode.Linear, align_corners: false).squeeze(0).t().contiguous();
    }
}
