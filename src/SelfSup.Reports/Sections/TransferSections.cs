using SelfSup.Comparisons;
using SelfSup.Transfer;

namespace SelfSup.Reports;

/// <summary>What features are worth.</summary>
public static class TransferSections
{
    /// <summary>Adds a linear probe: its accuracy beside the baselines, what was taken for what, and what weakens the result.</summary>
    /// <param name="report">The report.</param>
    /// <param name="probe">What was measured.</param>
    /// <returns>The report, to add more.</returns>
    public static HtmlReport AddProbe(this HtmlReport report, ProbeReport probe) =>
        report.Add(ProbeSection.Write(probe)).Add(ConfusionSection.Write(probe.Confusion));

    /// <summary>Adds a linear probe, accuracy against the number of labels, and nearest neighbors.</summary>
    /// <param name="report">The report.</param>
    /// <param name="transfer">What was measured.</param>
    /// <returns>The report, to add more.</returns>
    public static HtmlReport AddTransfer(this HtmlReport report, TransferReport transfer)
    {
        report.Add(ProbeSection.Write(transfer.Probe));
        if (transfer.LabelEfficiency.Any(line => line.Points.Count > 0))
            report.Add(FewLabelsSection.Write(transfer));
        if (transfer.FineTuning.Count > 0)
            report.Add(WholeNetworksOf(transfer));
        report.Add(NeighborsOf(transfer));
        return report.Add(ConfusionSection.Write(transfer.Probe.Confusion));
    }

    /// <summary>Adds which encoder serves best, and what was measured of each.</summary>
    /// <param name="report">The report.</param>
    /// <param name="comparison">What was compared.</param>
    /// <returns>The report, to add more.</returns>
    public static HtmlReport AddComparison(this HtmlReport report, EncoderComparison comparison)
    {
        var best = comparison.Recommended;
        var section = new ReportSection("Comparison").AddFigures([
            ("use", best.Name),
            .. best.Linear is { } linear ? [("linear classifier", Figure.Percent(linear, best.LinearDeviation))] : Array.Empty<(string, string)>(),
            .. best.Neighbors is { } neighbors ? [("nearest neighbors", Figure.Percent(neighbors))] : Array.Empty<(string, string)>(),
        ]);
        section.AddText(comparison.Reason);
        section.Add(Table.Write("Comparison", ["encoder", "linear classifier", "nearest neighbors", "RankMe", "epochs", "minutes"], comparison.Rows.Select(row => (Html[])
        [
            row == best ? Html.Of($"<strong>{row.Name}</strong>, recommended") : Html.Of($"{row.Name}"),
            row.Linear is { } accuracy ? Table.Bar(accuracy, row.LinearDeviation) : Html.Raw("-"),
            Html.Of($"{(row.Neighbors is { } nearest ? Figure.Percent(nearest) : "-")}"),
            Html.Of($"{(row.Spread is { } spread ? FormattableString.Invariant($"{spread.RankMe:F0}") : "-")}"),
            Html.Of($"{row.Epochs}"),
            Html.Of($"{row.Time.TotalMinutes:F1}"),
        ])));
        section.AddText("Accuracies are of labeled images that were not learned from, the mean over draws with one standard deviation. RankMe finds features that collapsed, no more.");
        return report.Add(section.AddWarnings(comparison.Rows.Where(row => row.Note is not null).Select(row => $"{row.Name}: {row.Note}")));
    }

    private static ReportSection WholeNetworksOf(TransferReport transfer) => new ReportSection("Whole networks")
        .AddTable(["labels", .. transfer.FineTuning.Select(row => Figure.Count(row.Labels))], [
            [LabelEfficiencyLine.FineTuned, .. transfer.FineTuning.Select(row => Figure.Percent(row.Pretrained))],
            [LabelEfficiencyLine.FromScratch, .. transfer.FineTuning.Select(row => Figure.Percent(row.FromScratch))],
        ])
        .AddText("Test accuracy of networks that were trained on from the encoder's weights, and from fresh ones, with the same labels.");

    private static ReportSection NeighborsOf(TransferReport transfer) => new ReportSection("Nearest neighbors")
        .AddTable(["features", "stage", "length", "20 neighbors", "200 neighbors", "deviation", "effective rank"], transfer.Rows.Select(row => (string[])
        [
            row.Features, row.Stage, Figure.Count(row.Length), Figure.Percent(row.Knn20, row.Knn20Deviation), Figure.Percent(row.Knn200, row.Knn200Deviation),
            FormattableString.Invariant($"{row.Spread.Deviation:F2}"), FormattableString.Invariant($"{row.Spread.EffectiveRank:F1}"),
        ]), words: 2)
        .AddText("Test accuracy by the labels of the nearest training images. Deviation is 1 for features that fill all directions evenly, and 0 for equal ones.");
}
