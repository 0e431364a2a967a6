using SelfSup.Transfer;

namespace SelfSup.Reports;

/// <summary>Accuracy against the number of labels.</summary>
internal static class FewLabelsSection
{
    public static ReportSection Write(TransferReport transfer)
    {
        var lines = transfer.LabelEfficiency.Where(line => line.Points.Count > 0).ToArray();
        var chart = new LineChart("Test accuracy", "labels of every class", [.. lines.Select(line => new ChartLine(
            line.Name, [.. line.Points.Select(point => new ChartPoint(point.LabelsPerClass, point.Mean, point.Mean - point.Deviation, point.Mean + point.Deviation))]))])
        {
            IsPercent = true,
            IsDoubling = true,
            Level = double.IsNaN(transfer.Probe.Chance) ? null : (ProbeRow.Chance, transfer.Probe.Chance),
        };
        return new ReportSection("Few labels")
            .Add(ChartDrawing.Draw(chart, 900, 400))
            .AddTable(
                ["labels of every class", .. lines[0].Points.Select(point => Figure.Count(point.LabelsPerClass))],
                lines.Select(line => (string[])[line.Name, .. line.Points.Select(point => FormattableString.Invariant($"{100 * point.Mean:F1} ±{100 * point.Deviation:F1}"))]))
            .AddText($"Percent of {Figure.Count(transfer.Probe.TestImages)} test images, mean and standard deviation over {Figure.Count(transfer.Draws, "draw")} of labels. The stage is that of the linear probe.");
    }
}
