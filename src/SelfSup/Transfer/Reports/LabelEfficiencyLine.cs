namespace SelfSup.Transfer;

/// <summary>Accuracy against the number of labels, one line of the plot.</summary>
/// <param name="Name">
/// What learns: a logistic regression on <see cref="ProbeRow.RawPixels"/>, <see cref="ProbeRow.RandomWeights"/>,
/// <see cref="ProbeRow.DataStatistics"/> or <see cref="ProbeRow.Pretrained"/> features, with unlabeled images too where it is
/// <see cref="ProbeRow.Centered"/> or <see cref="PseudoLabeled"/>, or a whole network, <see cref="FineTuned"/> or <see cref="FromScratch"/>.
/// </param>
/// <param name="Points">Accuracies, by rising numbers of labels.</param>
public sealed record LabelEfficiencyLine(string Name, IReadOnlyList<LowShotResult> Points)
{
    /// <summary><see cref="ProbeRow.Centered"/>, learned from the guessed labels of unlabeled images too.</summary>
    public const string PseudoLabeled = "pretrained, pseudo-labels";

    /// <summary>The whole network, trained on from the pretrained weights.</summary>
    public const string FineTuned = "fine-tuned";

    /// <summary>The whole network, trained from fresh weights.</summary>
    public const string FromScratch = "from scratch";
}

/// <summary>What few labels gave.</summary>
/// <param name="LabelsPerClass">Labels of every class.</param>
/// <param name="Mean">Mean test accuracy over the draws, 0..1.</param>
/// <param name="Deviation">Standard deviation over the draws; 0 for a single draw.</param>
public sealed record LowShotResult(int LabelsPerClass, double Mean, double Deviation)
{
    internal static LowShotResult Of(int labelsPerClass, IReadOnlyList<double> accuracies) =>
        new(labelsPerClass, accuracies.Average(), DeviationOf(accuracies) ?? 0);

    /// <summary>The standard deviation that a sample estimates; null for a single value.</summary>
    internal static double? DeviationOf(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return values.Count > 1 ? Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)) : null;
    }
}
