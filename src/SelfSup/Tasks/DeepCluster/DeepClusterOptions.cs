using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Which form of DeepCluster.</summary>
public enum DeepClusterForm
{
    /// <summary>
    /// The second, of 2020: clusters of what the training steps themselves computed, kept for every image; several clusterings at once,
    /// whose centers are the layer that predicts.
    /// </summary>
    Second,

    /// <summary>The first, of 2018: before every epoch all images are read and clustered, and a new layer learns to tell the clusters.</summary>
    First,
}

/// <summary>Settings of <see cref="DeepClusterTask"/>.</summary>
public sealed record DeepClusterOptions
{
    /// <summary>Which form. The default is the second.</summary>
    public DeepClusterForm Form { get; init; }

    /// <summary>
    /// Clusters of a clustering, at least 2; fewer images than these are as many clusters. The default is 100: ten times as many as there
    /// are kinds of things is usual, the authors take 3,000 and 10,000 for ImageNet.
    /// </summary>
    public int Clusters { get; init; } = 100;

    /// <summary>Clusterings at once in the second form, at least 1. The default is the authors' 3. The first form has one.</summary>
    public int Clusterings { get; init; } = 3;

    /// <summary>
    /// Small crops of every image besides the two large ones in the second form, of half their side, at least 0. The default is 0; the
    /// authors take 4 to 6.
    /// </summary>
    public int LocalCrops { get; init; }

    internal void Validate()
    {
        this.Require(Enum.IsDefined(Form), Form, $"a {nameof(DeepClusterForm)}");
        this.Require(Clusters >= 2, Clusters, "at least 2");
        this.Require(Clusterings >= 1, Clusterings, "at least 1");
        this.Require(LocalCrops >= 0, LocalCrops, "at least 0");
    }
}
