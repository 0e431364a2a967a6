using SelfSup.Data;
using SelfSup.Transfer;

namespace SelfSup.Comparisons;

/// <summary>What became of a candidate. Accuracies are of labeled images that were not learned from, 0..1.</summary>
public sealed record ComparisonRow
{
    /// <summary>The candidate's name.</summary>
    public required string Name { get; init; }

    /// <summary>The encoder, in eval mode, owned by the comparison; null where there is none, and <see cref="Note"/> says why.</summary>
    public Encoder? Encoder { get; init; }

    /// <summary>Passes over the images that it learned from; 0 for weights as they were.</summary>
    public int Epochs { get; init; }

    /// <summary>Time that it learned.</summary>
    public TimeSpan Time { get; init; }

    /// <summary>A linear classifier of nine tenths of the labels, tested on the rest: the mean over all tenths. Null without labels.</summary>
    public double? Linear { get; init; }

    /// <summary>Standard deviation of <see cref="Linear"/> over the tenths.</summary>
    public double? LinearDeviation { get; init; }

    /// <summary>The same by the 20 nearest neighbors.</summary>
    public double? Neighbors { get; init; }

    /// <summary>How much the features of the unlabeled images differ; null where there is no encoder.</summary>
    public FeatureSpread? Spread { get; init; }

    /// <summary>What did not go as planned, or null.</summary>
    public string? Note { get; init; }

    internal bool IsTrained { get; init; }

    internal Trials? Trials { get; init; }

    internal IReadOnlyList<ImageFailure> Failures { get; init; } = [];
}
