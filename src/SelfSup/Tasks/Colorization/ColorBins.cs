using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The 313 bins of width 10 that Zhang et al. (2016) divide the ab plane into, and the way to them and back.</summary>
public static class ColorBins
{
    /// <summary>Number of bins.</summary>
    public const int Count = 313;

    private const int Step = 10;
    private const double Sigma = 5;

    // A color's nearest bins are sought among those nearest to the center of its cell, a square of side 2. For colors within
    // -128..128, 12 always hold the five nearest to any point of the cell, and 18 the ten nearest.
    private const int CandidatesOfFive = 12;
    private const int CandidatesOfTen = 18;
    private const int CellSide = 2;
    private const int CellsPerSide = 128;

    // For a = -90, -80, .. 100: the lowest and highest b. A published table; no rule about the sRGB gamut gives it.
    private static readonly (int Low, int High)[] Rows =
    [
        (50, 90), (20, 90), (0, 90), (-20, 90), (-30, 100), (-40, 100), (-50, 100), (-50, 100), (-60, 100), (-70, 100),
        (-80, 90), (-80, 90), (-90, 90), (-100, 90), (-100, 80), (-110, 80), (-110, 80), (-110, 70), (-110, 70), (-90, 0),
    ];

    /// <summary>The bins' centers, by a, then by b.</summary>
    public static IReadOnlyList<(int A, int B)> Centers { get; } =
    [
        .. Rows.SelectMany((row, i) => Enumerable.Range(0, (row.High - row.Low) / Step + 1).Select(j => (-90 + Step * i, row.Low + Step * j))),
    ];

    private static readonly DeviceConstant BinCenters = new(() =>
        tensor(Centers.SelectMany(center => new float[] { center.A, center.B }).ToArray(), [Count, 2], device: CPU));

    /// <summary>The bins nearest to the center of each cell, nearest first, int16 (cells, 18).</summary>
    private static readonly DeviceConstant Candidates = new(FindCandidates);

    /// <summary>Spreads each color over its nearest bins with Gaussian weights of sigma 5.</summary>
    /// <param name="ab">Colors, float (N, 2, H, W), within -128..128 as all that a screen can show are.</param>
    /// <param name="neighbors">Number of bins a color, 1..10.</param>
    /// <returns>
    /// The bins, int64 (N, K, H, W), nearest first, and their weights, float (N, K, H, W), which sum to 1; owned by the caller.
    /// </returns>
    public static (Tensor Bins, Tensor Weights) SoftEncode(Tensor ab, int neighbors)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbors, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(neighbors, 10);
        using var scope = NewDisposeScope();
        long count = ab.shape[0], height = ab.shape[2], width = ab.shape[3];
        var colors = ab.permute(0, 2, 3, 1).reshape(-1, 2); // (P, 2)
        var cells = colors.div(CellSide).floor_().add_(CellsPerSide / 2).clamp_(0, CellsPerSide - 1).to(ScalarType.Int64);
        var candidates = Candidates.On(ab.device).narrow(1, 0, neighbors <= 5 ? CandidatesOfFive : CandidatesOfTen)
            .index_select(0, cells.select(1, 0).mul(CellsPerSide).add_(cells.select(1, 1))).to(ScalarType.Int32); // (P, C)
        var centers = BinCenters.On(ab.device).index_select(0, candidates.flatten()).view(candidates.shape[0], candidates.shape[1], 2);
        var differences = centers.sub_(colors.unsqueeze(1));
        var squared = differences.mul_(differences).sum(2); // (P, C)
        var (distances, order) = squared.topk(neighbors, 1, largest: false);
        var weights = distances.mul(-1 / (2 * Sigma * Sigma)).softmax(1);
        return (Arrange(candidates.gather(1, order).to(ScalarType.Int64)), Arrange(weights));

        Tensor Arrange(Tensor values) =>
            values.view(count, height, width, neighbors).permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Turns scores of bins into colors: the mean under a sharpened distribution, between the mode and the mean.</summary>
    /// <param name="logits">Scores (N, 313, H, W).</param>
    /// <param name="temperature">At least 0: 1 gives the mean, 0 the most likely bin. The paper's is 0.38.</param>
    /// <returns>Colors, float (N, 2, H, W), owned by the caller.</returns>
    public static Tensor AnnealedMean(Tensor logits, double temperature = 0.38)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(temperature);
        if (logits.dim() != 4 || logits.shape[1] != Count)
            throw new ArgumentException(
                $"Scores of {Count} bins (N, {Count}, H, W) are needed, not ({string.Join(", ", logits.shape)}).", nameof(logits));
        using var scope = NewDisposeScope();
        var centers = BinCenters.On(logits.device); // (313, 2)
        if (temperature == 0)
        {
            return centers.index_select(0, logits.argmax(1).flatten())
                .view(logits.shape[0], logits.shape[2], logits.shape[3], 2).permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope();
        }
        var probabilities = logits.to(ScalarType.Float32).log_softmax(1).div_(temperature).softmax(1);
        return centers.t().matmul(probabilities.flatten(2)).view(logits.shape[0], 2, logits.shape[2], logits.shape[3]).MoveToOuterDisposeScope();
    }

    /// <summary>Smooths how often each bin occurs by a Gaussian of sigma 5 in the ab plane.</summary>
    /// <param name="counts">Occurrences, float (313), not all zero.</param>
    /// <returns>Probabilities (313), owned by the caller.</returns>
    public static Tensor SmoothPrior(Tensor counts)
    {
        using var scope = NewDisposeScope();
        var centers = BinCenters.On(counts.device);
        var squared = centers.unsqueeze(0).sub(centers.unsqueeze(1)).pow_(2).sum(2);
        var smooth = squared.mul_(-1 / (2 * Sigma * Sigma)).exp_().matmul(counts.div(counts.sum()));
        return smooth.div(smooth.sum()).MoveToOuterDisposeScope();
    }

    /// <summary>Weights that make rare colors count: the inverse of the prior mixed with a uniform one.</summary>
    /// <param name="prior">Probabilities (313).</param>
    /// <param name="uniformShare">The uniform part, in [0, 1]; 1 makes all weights equal. The paper's is 0.5.</param>
    /// <returns>Weights (313) whose mean under the prior is 1, owned by the caller.</returns>
    public static Tensor RebalancingWeights(Tensor prior, double uniformShare = 0.5)
    {
        using var scope = NewDisposeScope();
        // Some bins are the nearest of no color at all, hence the floor.
        var weights = prior.mul(1 - uniformShare).add_(uniformShare / Count).clamp_min_(1e-8).reciprocal_();
        return weights.div(prior.mul(weights).sum()).MoveToOuterDisposeScope();
    }

    private static Tensor FindCandidates()
    {
        var axis = arange(CellsPerSide, float32, device: CPU).add_(0.5 - CellsPerSide / 2).mul_(CellSide);
        var centers = BinCenters.On(CPU);
        Tensor a = axis.unsqueeze(1).sub(centers.select(1, 0)).pow_(2), b = axis.unsqueeze(1).sub(centers.select(1, 1)).pow_(2); // (128, 313)
        var nearest = a.unsqueeze(1).add(b).topk(CandidatesOfTen, 2, largest: false).indexes; // (128, 128, 18)
        return nearest.view(-1, CandidatesOfTen).to(ScalarType.Int16);
    }
}
