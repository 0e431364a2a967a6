using ScottPlot;
using ScottPlot.TickGenerators;
using SelfSup.Transfer;

namespace SelfSup.Plots;

/// <summary>Draws test accuracy against the number of labels: what pretraining saves of them.</summary>
public static class LabelEfficiencyPlot
{
    private const int Width = 900;
    private const int Height = 600;
    private const float LineWidth = 2;
    private const float MarkerSize = 7;

    /// <summary>Draws a report's lines, with bars of one standard deviation over the draws, above a dashed one for chance.</summary>
    /// <param name="report">What was measured.</param>
    /// <param name="path">The PNG file; its folder is created if missing, an existing file is replaced.</param>
    /// <exception cref="ArgumentException">The report has no measurements with few labels.</exception>
    /// <exception cref="InvalidOperationException">No font is installed.</exception>
    public static void SavePng(TransferReport report, string path)
    {
        var counts = report.LabelEfficiency[0].Points.Select(point => point.LabelsPerClass).ToArray();
        if (counts.Length == 0)
            throw new ArgumentException("The report has no accuracies with few labels; its classes have too few images.", nameof(report));
        var font = SystemFont.Require();
        using var plot = new Plot();
        foreach (var (i, line) in report.LabelEfficiency.Index())
        {
            var color = plot.Add.Palette.GetColor(i);
            var x = line.Points.Select(point => Position(point.LabelsPerClass)).ToArray();
            var y = line.Points.Select(point => 100 * point.Mean).ToArray();
            var drawn = plot.Add.Scatter(x, y);
            (drawn.LegendText, drawn.LineWidth, drawn.MarkerSize, drawn.Color) = (line.Name, LineWidth, MarkerSize, color);
            plot.Add.ErrorBar(x, y, line.Points.Select(point => 100 * point.Deviation).ToArray()).Color = color;
        }
        var chance = plot.Add.HorizontalLine(100 * report.Probe.Chance, pattern: LinePattern.Dashed, color: Colors.Gray);
        chance.LegendText = ProbeRow.Chance;

        plot.Title($"{report.Probe.Architecture} at {report.Probe.ImageSize} px: accuracy against labels");
        plot.XLabel("labels of every class");
        plot.YLabel("test accuracy in percent");
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            counts.Select(Position).ToArray(), counts.Select(count => FormattableString.Invariant($"{count}")).ToArray());
        plot.ShowLegend(Alignment.UpperLeft);
        plot.Font.Set(font);
        plot.Legend.FontName = font;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        plot.SavePng(path, Width, Height);
    }

    // Every doubling of the labels is as wide.
    private static double Position(int labels) => Math.Log2(labels);
}
