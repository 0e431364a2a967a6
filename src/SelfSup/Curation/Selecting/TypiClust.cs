using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Curation;

/// <summary>Chooses the most typical image of every cluster: the one whose neighbors in the cluster are nearest.</summary>
/// <remarks>
/// There are as many clusters as labels and choices, up to 500. Those with the fewest labels come first, of these the largest; such of 5
/// images or fewer last. Of more than 65,536 images an even draw is clustered, and the others go to the nearest center. Hacohen, Dekel and Weinshall, "Active Learning on a Budget: Opposite Strategies Suit High and Low Budgets", 2022,
/// https://arxiv.org/abs/2202.02794.
/// </remarks>
public sealed record TypiClust : SelectionMethod
{
    private const int MaxClusters = 500;
    private const int LeastMembers = 6;
    private const int MaxNeighbors = 20;
    private const int MaxBank = 16_384;

    /// <summary>Decides where the clusters start.</summary>
    public int Seed { get; init; }

    private protected override void Validate()
    {
    }

    private protected override int[] ChooseRows(
        Tensor features, int count, IReadOnlyDictionary<int, int> labels, IProgress<double>? progress, CancellationToken cancellationToken) =>
        new ClusterPicks(MaxClusters, LeastMembers, Seed).Choose(
            features, count, labels.Keys, (clusters, cluster) => Rank(features, clusters.Members[cluster], cancellationToken), progress, cancellationToken);

    private int[] Rank(Tensor features, int[] members, CancellationToken cancellationToken)
    {
        if (members.Length < 3)
            return members;
        using var rows = UnitRows.Of(features, members);
        // In a cluster of very many an even draw of them tells how dense it is.
        int[] drawn = UnitRows.Draw(members.Length, MaxBank, Seed);
        using var bank = UnitRows.Of(rows, drawn);
        var neighbors = NearestNeighbors.Of(rows, bank, Math.Min(MaxNeighbors, members.Length / 2) + 1, cancellationToken: cancellationToken);
        // Where a row is its own nearest neighbor, its distance of 0 adds nothing to the sum.
        return [.. members.Index().OrderBy(member => Sum(neighbors.DistancesOf(member.Index))).Select(member => member.Item)];
    }

    private static double Sum(ReadOnlySpan<float> distances)
    {
        var sum = 0.0;
        foreach (var distance in distances)
            sum += distance;
        return sum;
    }
}
