using static TorchSharp.torch;

namespace SelfSup.Curation;

/// <summary>Chooses the image nearest to the center of every cluster, of as many clusters as there are labels and choices.</summary>
/// <remarks>Clusters that hold labeled images come last. Clusters are those of k-means on features of length 1; of more than
/// 65,536 images an even draw is clustered, and the others go to the nearest center.</remarks>
public sealed record KMeansCenters : SelectionMethod
{
    /// <summary>Decides where the clusters start.</summary>
    public int Seed { get; init; }

    private protected override void Validate()
    {
    }

    private protected override int[] ChooseRows(
        Tensor features, int count, IReadOnlyDictionary<int, int> labels, IProgress<double>? progress, CancellationToken cancellationToken) =>
        new ClusterPicks(int.MaxValue, LeastMembers: 1, Seed).Choose(
            features, count, labels.Keys, (clusters, cluster) => clusters.OrderByCenter(features, cluster), progress, cancellationToken);
}
