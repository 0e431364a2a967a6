using SelfSup.Data;
using SelfSup.Transfer;

namespace SelfSup.Curation;

/// <summary>Images that are alike.</summary>
/// <param name="Name">The name of the most typical image.</param>
/// <param name="Images">Their places in the source, the most typical first: those nearest to the cluster's center.</param>
public sealed record ImageCluster(string Name, IReadOnlyList<int> Images);

/// <summary>Sorts images into clusters of what is alike, to get to know them.</summary>
public static class ImageClusters
{
    /// <summary>Finds clusters by k-means on features of length 1.</summary>
    /// <remarks>Of more than 65,536 images an even draw is clustered, and the others go to the nearest center.</remarks>
    /// <param name="features">The images' features.</param>
    /// <param name="layer">Which of them, such as <see cref="FeatureLayer.PooledName"/>.</param>
    /// <param name="source">The images.</param>
    /// <param name="count">How many clusters, at least 1 and at most the number of images.</param>
    /// <param name="seed">Decides where the clusters start.</param>
    /// <param name="cancellationToken">Asked between steps.</param>
    /// <returns>The clusters that have images, the largest first.</returns>
    public static IReadOnlyList<ImageCluster> Find(
        FeatureSet features, string layer, IImageSource source, int count, int seed = 0, CancellationToken cancellationToken = default)
    {
        var rows = features[layer];
        UnitRows.Check(rows);
        if (count < 1 || count > rows.shape[0])
            throw new ArgumentOutOfRangeException(nameof(count), count, $"There are features of {rows.shape[0]:N0} images; ask for 1 to so many clusters.");
        using var clusters = FeatureClusters.Of(rows, count, seed, cancellationToken);
        return [.. Enumerable.Range(0, count)
            .Select(cluster => clusters.OrderByCenter(rows, cluster))
            .Where(members => members.Length > 0)
            .OrderByDescending(members => members.Length)
            .Select(members => new ImageCluster(source.NameOf(features.Indices[members[0]]), [.. members.Select(row => features.Indices[row])]))];
    }
}
