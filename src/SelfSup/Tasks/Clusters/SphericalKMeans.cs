using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>K-means by cosine: clusters of directions, whose centers have unit length.</summary>
/// <remarks>
/// As in DeepCluster v2: Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", 2020,
/// https://arxiv.org/abs/2006.09882. A cluster that becomes empty keeps its center. Sums are taken in an order that is the same on every
/// run, also on GPUs.
/// </remarks>
public static class SphericalKMeans
{
    // Bounds the memory of the similarities of all rows with all centers.
    private const int RowsAtOnce = 16384;

    /// <summary>Moves centers to the mean direction of the rows nearest to them, several times.</summary>
    /// <param name="rows">Rows, float (N, D); those of length 0 count for no center. Borrowed.</param>
    /// <param name="start">The centers to start from, float (K, D), of unit length. Borrowed.</param>
    /// <param name="iterations">How often the centers move, at least 0. The default is 10.</param>
    /// <param name="cancellationToken">Asked before every move.</param>
    /// <returns>
    /// The centers, float (K, D), and for every row the center that is nearest by dot product, int64 (N); owned by the caller.
    /// </returns>
    public static (Tensor Centers, Tensor Clusters) Fit(
        Tensor rows, Tensor start, int iterations = 10, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var centers = start.clone();
        for (var i = 0; i < iterations; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Move(rows, centers);
        }
        return (centers.MoveToOuterDisposeScope(), Assign(rows, centers).MoveToOuterDisposeScope());
    }

    /// <summary>Draws different rows to start from; rows of length 0 only where there are not enough others.</summary>
    /// <param name="rows">Rows, float (N, D). Borrowed.</param>
    /// <param name="clusters">Number of centers, at least 1 and at most N.</param>
    /// <param name="random">Draws the rows, on their device.</param>
    /// <returns>Rows (K, D), owned by the caller.</returns>
    public static Tensor DrawStart(Tensor rows, int clusters, RandomSource random)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var draws = random.Uniform(rows.shape[0]).add(rows.square().sum(1).gt(0).to(ScalarType.Float32));
        return rows.index_select(0, draws.topk(clusters).indexes).MoveToOuterDisposeScope();
    }

    private static Tensor Assign(Tensor rows, Tensor centers) => cat([.. Parts(rows).Select(part => Nearest(part, centers))]);

    private static Tensor Nearest(Tensor rows, Tensor centers)
    {
        using var similarities = rows.mm(centers.t());
        return similarities.argmax(1);
    }

    private static void Move(Tensor rows, Tensor centers)
    {
        using var scope = NewDisposeScope();
        var numbers = arange(centers.shape[0], int64, rows.device);
        var sums = zeros_like(centers);
        foreach (var part in Parts(rows))
        {
            using var inner = NewDisposeScope();
            var members = part.mm(centers.t()).argmax(1, keepdim: true).eq(numbers).to(rows.dtype); // (n, K)
            sums.addmm_(members.t(), part, 1, 1);
        }
        var lengths = sums.norm(1, keepdim: true);
        centers.copy_(where(lengths.gt(0), sums.div(lengths.clamp_min(1e-12)), centers));
    }

    private static IEnumerable<Tensor> Parts(Tensor rows)
    {
        for (var first = 0L; first < rows.shape[0]; first += RowsAtOnce)
            yield return rows.narrow(0, first, Math.Min(RowsAtOnce, rows.shape[0] - first));
    }
}
