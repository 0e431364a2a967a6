using System.Text;

namespace SelfSup.Transfer;

/// <summary>Writes a transfer report as text that a stranger can read.</summary>
internal static class TransferTable
{
    /// <summary>Formats the linear probe, nearest neighbors, few labels, then whole networks.</summary>
    public static string Format(TransferReport report)
    {
        var text = new StringBuilder(report.Probe.ToTable());
        text.AppendLine();
        TextTable.Append(text, words: 2, [
            ["nearest neighbors", "stage", "length", "k 20, T 0.07", "k 200, T 0.1", "deviation", "effective rank"],
            .. report.Rows.Select(row => new[]
            {
                row.Features, row.Stage, Invariant($"{row.Length}"), TextTable.Percent(row.Knn20, row.Knn20Deviation), TextTable.Percent(row.Knn200, row.Knn200Deviation),
                Invariant($"{row.Spread.Deviation:F2}"), Invariant($"{row.Spread.EffectiveRank:F1}"),
            }),
        ]);
        text.AppendLine("Deviation is 1 for features that fill all directions evenly and 0 for equal ones.");
        text.AppendLine();
        if (report.LabelEfficiency[0].Points.Count > 0)
            AppendFewLabels(text, report);
        if (report.FineTuning.Count == 0)
        {
            text.AppendLine("Whole networks, such as one trained from scratch, were left out.");
            return text.ToString();
        }
        TextTable.Append(text, words: 1, [
            ["whole networks, labels", .. report.FineTuning.Select(row => Invariant($"{row.Labels}"))],
            [LabelEfficiencyLine.FineTuned, .. report.FineTuning.Select(row => Percent(row.Pretrained))],
            [LabelEfficiencyLine.FromScratch, .. report.FineTuning.Select(row => Percent(row.FromScratch))],
        ]);
        return text.ToString();
    }

    private static void AppendFewLabels(StringBuilder text, TransferReport report)
    {
        TextTable.Append(text, words: 1, [
            ["labels a class", .. report.LabelEfficiency[0].Points.Select(point => Invariant($"{point.LabelsPerClass}"))],
            .. report.LabelEfficiency.Select(line => (string[])
                [line.Name, .. line.Points.Select(point => Invariant($"{100 * point.Mean:F1} ±{100 * point.Deviation:F1}"))]),
        ]);
        text.AppendLine(Invariant($"Test accuracy in percent, mean and standard deviation over {report.Draws} draws of labels"));
        text.AppendLine(Invariant($"(seed {report.Seed}), the untrained encoders in turn."));
        text.AppendLine("Rows are linear classifiers on frozen features" + (report.FineTuning.Count > 0 ? ", then whole networks." : "."));
        text.AppendLine(Invariant($"Centered: relative to the mean of {report.UnlabeledImages} unlabeled images, scaled to one length."));
        text.AppendLine("Pseudo-labels: with guesses of the labels of these besides.");
        text.AppendLine("The stage is that of the linear probe above. But for its choice, labels that were not drawn were not looked at.");
        if (report.Draws > 1 && report.LabelEfficiency[0].Points[^1].LabelsPerClass is var most)
        {
            text.AppendLine(report.DisjointLabels >= most
                ? "No two draws share an image."
                : Invariant($"Above {report.DisjointLabels} labels a class draws share images; their deviation is too small."));
        }
        if (CompareWithFromScratch(report) is { } comparison)
            text.AppendLine(comparison);
        text.AppendLine();
    }

    // Where the lines of frozen features and of a network from scratch cross is what pretraining saves of labels.
    private static string? CompareWithFromScratch(TransferReport report)
    {
        var frozen = report.LabelEfficiency.Single(line => line.Name == ProbeRow.Pretrained).Points;
        if (report.LabelEfficiency.SingleOrDefault(line => line.Name == LabelEfficiencyLine.FromScratch)?.Points is not { } scratch)
            return null;
        var ahead = frozen.Zip(scratch).TakeWhile(pair => pair.First.Mean > pair.Second.Mean).Count();
        return ahead == frozen.Count
            ? Invariant($"With {frozen[^1].LabelsPerClass} labels a class a network trained from scratch is still behind.")
            : Invariant($"From {frozen[ahead].LabelsPerClass} labels a class on a network trained from scratch is level or ahead.");
    }

    private static string Percent(double share) => Invariant($"{100 * share:F1} %");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
