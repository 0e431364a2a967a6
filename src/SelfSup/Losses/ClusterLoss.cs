using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>Cross-entropy of all crops of images with the clusters that the images were found in, by one or several clusterings.</summary>
/// <remarks>
/// The loss of DeepCluster v2: Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", 2020,
/// https://arxiv.org/abs/2006.09882, after "Deep Clustering for Unsupervised Learning of Visual Features", 2018,
/// https://arxiv.org/abs/1807.05520.
/// </remarks>
public static class ClusterLoss
{
    /// <summary>Computes the mean over crops and images, then over clusterings.</summary>
    /// <param name="scores">For every clustering the scores by its clusters, (V x N, K), crop by crop.</param>
    /// <param name="clusters">
    /// For every clustering the images' clusters, int64 (N); images of cluster -1 are left out. Where all are, the loss is 0 with a gradient
    /// of zeros.
    /// </param>
    /// <param name="temperature">Divides the scores, above 0. The default is 0.1.</param>
    /// <returns>A scalar, owned by the caller.</returns>
    /// <exception cref="ArgumentException">There is no clustering, or the numbers of clusterings differ.</exception>
    public static Tensor Of(IReadOnlyList<Tensor> scores, IReadOnlyList<Tensor> clusters, double temperature = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        if (scores.Count == 0 || scores.Count != clusters.Count)
            throw new ArgumentException($"Scores by {scores.Count} clusterings, and clusters of {clusters.Count}: there must be as many, at least one.", nameof(scores));
        using var scope = NewDisposeScope();
        return stack(scores.Zip(clusters, (one, labels) => OfOne(one, labels, temperature))).mean().MoveToOuterDisposeScope();
    }

    private static Tensor OfOne(Tensor scores, Tensor clusters, double temperature)
    {
        var labels = clusters.repeat(scores.shape[0] / clusters.shape[0]);
        var predictions = LossPrecision.Raise(scores).div(temperature).log_softmax(1);
        var known = labels.ge(0).to(predictions.dtype);
        var likelihood = predictions.gather(1, labels.clamp_min(0).unsqueeze(1)).squeeze(1);
        return likelihood.mul(known).sum().neg().div(known.sum().clamp_min(1));
    }
}
