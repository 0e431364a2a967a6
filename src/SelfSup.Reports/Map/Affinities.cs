using static TorchSharp.torch;

namespace SelfSup.Reports;

/// <summary>How much each row belongs to its neighbors: Gaussians around every row, as wide as its neighbors are far (t-SNE's P).</summary>
/// <param name="Others">For each row its neighbors, and the rows whose neighbor it is; one that is both stands there twice.</param>
/// <param name="Shares">What each of them adds to the pair's share, half of it for each direction; those of all rows sum to 1.</param>
internal sealed record Affinities(int[][] Others, float[][] Shares)
{
    private const double LargestPerplexity = 30;
    private const double NeighborsByPerplexity = 3; // those further away have next to no share
    private const int MostSteps = 60;

    /// <summary>Finds the neighbors of every row and their shares.</summary>
    /// <param name="features">Float (N, D), of at least two rows; scaled to length 1 here. Borrowed.</param>
    public static Affinities Of(Tensor features)
    {
        var count = (int)features.shape[0];
        var perplexity = Math.Min(LargestPerplexity, (count - 1) / NeighborsByPerplexity);
        var (neighbors, distances) = Nearest(features, (int)Math.Min(count - 1, NeighborsByPerplexity * perplexity));
        var others = Enumerable.Range(0, count).Select(_ => new List<int>()).ToArray();
        var shares = Enumerable.Range(0, count).Select(_ => new List<float>()).ToArray();
        for (var row = 0; row < count; row++)
        {
            foreach (var (neighbor, share) in neighbors[row].Zip(SharesOf(distances[row], perplexity)))
            {
                var half = (float)(share / (2 * count));
                others[row].Add(neighbor);
                shares[row].Add(half);
                others[neighbor].Add(row);
                shares[neighbor].Add(half);
            }
        }
        return new([.. others.Select(row => row.ToArray())], [.. shares.Select(row => row.ToArray())]);
    }

    /// <summary>Shares of neighbors, falling with the squared distance at the rate that gives the perplexity.</summary>
    /// <param name="distances">Squared distances of one row's neighbors, the nearest first.</param>
    /// <param name="perplexity">How many neighbors equal shares would go to: the exponential of the shares' entropy.</param>
    /// <returns>Shares of sum 1.</returns>
    public static double[] SharesOf(float[] distances, double perplexity)
    {
        var (rate, low, high) = (1.0, 0.0, double.PositiveInfinity);
        for (var step = 0; ; step++)
        {
            double[] weights = [.. distances.Select(distance => Math.Exp(-rate * (distance - distances[0])))];
            var sum = weights.Sum();
            double[] shares = [.. weights.Select(weight => weight / sum)];
            var tooMany = -shares.Sum(share => share > 0 ? share * Math.Log(share) : 0) - Math.Log(perplexity);
            if (Math.Abs(tooMany) < 1e-5 || step == MostSteps)
                return shares;
            (low, high) = tooMany > 0 ? (rate, high) : (low, rate);
            rate = double.IsPositiveInfinity(high) ? 2 * rate : (low + high) / 2;
        }
    }

    private static (int[][] Neighbors, float[][] Distances) Nearest(Tensor features, int count)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var rows = nn.functional.normalize(features.to(ScalarType.Float32), dim: 1);
        var cosines = rows.mm(rows.t());
        cosines.diagonal().fill_(float.NegativeInfinity);
        var (largest, neighbors) = cosines.topk(count);
        var distances = largest.mul_(-2).add_(2).clamp_min_(0).data<float>().ToArray();
        return ([.. neighbors.data<long>().ToArray().Select(row => (int)row).Chunk(count)], [.. distances.Chunk(count)]);
    }
}
