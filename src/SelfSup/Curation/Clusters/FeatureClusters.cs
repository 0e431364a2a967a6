using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Curation;

/// <summary>Clusters of rows by k-means on directions, and the members of each.</summary>
/// <param name="Centers">Float32 (K, D), of length 1. Owned.</param>
/// <param name="Members">The rows of every cluster, ascending; some may be empty.</param>
internal sealed record FeatureClusters(Tensor Centers, int[][] Members) : IDisposable
{
    private const int Iterations = 25;
    private const int LeastDrawn = 65_536;
    private const int DrawnPerCluster = 64;

    /// <summary>Finds clusters.</summary>
    /// <remarks>Of many rows an even draw is clustered, and the others go to the nearest center.</remarks>
    /// <param name="features">Features of any length, (N, D). Borrowed.</param>
    /// <param name="clusters">How many, at most N.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="cancellationToken">Asked before every step.</param>
    public static FeatureClusters Of(Tensor features, int clusters, int seed, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource((ulong)seed, features.device);
        var drawn = UnitRows.Draw((int)features.shape[0], Math.Max(LeastDrawn, checked(DrawnPerCluster * clusters)), seed);
        var rows = UnitRows.Of(features, drawn);
        var start = DrawSpread(rows, clusters, random, cancellationToken);
        var (centers, assigned) = SphericalKMeans.Fit(rows, start, Iterations, cancellationToken);
        if (drawn.Length < features.shape[0])
            assigned = SphericalKMeans.Fit(features, centers, iterations: 0, cancellationToken).Clusters;
        var members = Enumerable.Range(0, clusters).Select(_ => new List<int>()).ToArray();
        foreach (var (row, cluster) in assigned.cpu().data<long>().Index())
            members[cluster].Add(row);
        return new(centers.DetachFromDisposeScope(), [.. members.Select(list => list.ToArray())]);
    }

    /// <summary>Orders the members of a cluster by how near they are to its center, the nearest first.</summary>
    public int[] OrderByCenter(Tensor features, int cluster)
    {
        using var scope = NewDisposeScope();
        if (Members[cluster].Length == 0)
            return [];
        var cosines = UnitRows.Of(features, Members[cluster]).mv(Centers[cluster]).cpu().data<float>().ToArray();
        return [.. Members[cluster].Zip(cosines).OrderByDescending(pair => pair.Second).Select(pair => pair.First)];
    }

    public void Dispose() => Centers.Dispose();

    /// <summary>
    /// Draws rows far from one another, each with a probability that grows with its squared distance to those drawn before: Arthur and
    /// Vassilvitskii, "k-means++: The Advantages of Careful Seeding", 2007.
    /// </summary>
    private static Tensor DrawSpread(Tensor rows, int clusters, RandomSource random, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var starts = new Tensor[clusters];
        var distances = ones(rows.shape[0], ScalarType.Float64, rows.device); // half of the squared ones
        for (var i = 0; i < clusters; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            var shares = distances.cumsum(0);
            var draw = random.Uniform(1).to(ScalarType.Float64).mul(shares[-1]);
            var place = searchsorted(shares, draw, right: true).clamp_max(rows.shape[0] - 1);
            starts[i] = rows.index_select(0, place).MoveToOuterDisposeScope(); // (1, D)
            var others = rows.mv(starts[i][0]).neg_().add_(1).clamp_min_(0).to(ScalarType.Float64);
            distances.copy_(i == 0 ? others : distances.minimum(others));
        }
        return cat(starts).MoveToOuterDisposeScope();
    }
}
