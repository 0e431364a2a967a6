using static TorchSharp.torch;

namespace SelfSup.Curation;

/// <summary>Picks a row of every cluster: first of those with the fewest labels, then of the largest.</summary>
/// <param name="MaxClusters">How many clusters there are at most; with more picks than that, clusters are picked from several times.</param>
/// <param name="LeastMembers">Smaller clusters come last, when the others have no row left.</param>
/// <param name="Seed">Decides where the clusters start.</param>
internal sealed record ClusterPicks(int MaxClusters, int LeastMembers, int Seed)
{
    /// <summary>Clusters features into as many parts as there are labels and picks, and picks.</summary>
    /// <param name="features">Features (N, D). Borrowed.</param>
    /// <param name="count">How many rows to pick; there are so many without a label.</param>
    /// <param name="labeled">Rows that have a label.</param>
    /// <param name="rank">Orders the members of a cluster, the best first.</param>
    /// <param name="progress">Told the share that is done, 0..1.</param>
    /// <param name="cancellationToken">Asked between clusters.</param>
    public int[] Choose(
        Tensor features, int count, IEnumerable<int> labeled, Func<FeatureClusters, int, int[]> rank,
        IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var taken = labeled.ToHashSet();
        using var clusters = FeatureClusters.Of(features, Math.Min(MaxClusters, taken.Count + count), Seed, cancellationToken);
        var order = clusters.Members.Index()
            .OrderBy(cluster => cluster.Item.Count(taken.Contains))
            .ThenByDescending(cluster => cluster.Item.Length)
            .ToLookup(cluster => cluster.Item.Length >= LeastMembers, cluster => cluster.Index);
        var left = new Queue<int>?[clusters.Members.Length];
        var chosen = new List<int>(count);
        foreach (var part in (int[][])[[.. order[true]], [.. order[false]]])
        {
            for (var before = -1; before < chosen.Count && chosen.Count < count;)
            {
                before = chosen.Count;
                foreach (var cluster in part)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var rows = left[cluster] ??= new(rank(clusters, cluster).Where(row => !taken.Contains(row)));
                    if (chosen.Count < count && rows.TryDequeue(out var row))
                        chosen.Add(row);
                    progress?.Report((double)chosen.Count / count);
                }
            }
        }
        return [.. chosen];
    }
}
