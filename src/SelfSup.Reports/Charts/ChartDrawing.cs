namespace SelfSup.Reports;

/// <summary>Draws line charts as SVG whose colors come from the page's style. Each line has a color, a mark and its name at its end.</summary>
internal sealed class ChartDrawing
{
    private const double Top = 14, Bottom = 42, Left = 58, Right = 14, LabelGap = 10, LineHeight = 16, LetterWidth = 6.6;
    private readonly LineChart chart;
    private readonly double width, height, right;
    private readonly Axis across, up;

    private ChartDrawing(LineChart chart, double width, double height)
    {
        (this.chart, this.width, this.height) = (chart, width, height);
        var names = chart.Lines.Select(line => line.Name).Append(chart.Level?.Name ?? "");
        right = width - (HasNames ? (names.Max(name => name.Length) * LetterWidth) + (2 * LabelGap) : Right);
        ChartPoint[] points = [.. chart.Lines.SelectMany(line => line.Points)];
        across = chart.IsDoubling
            ? Axis.Doubling([.. points.Select(point => point.X).Distinct().Order()], Left, right)
            : Axis.Even(points.Min(point => point.X), points.Max(point => point.X), Left, right, isRounded: false);
        var levels = chart.Level is { } level ? [level.Value] : Array.Empty<double>();
        var (low, high) = (points.Select(point => point.Low).Concat(levels).Min(), points.Select(point => point.High).Concat(levels).Max());
        up = Axis.Even(low, high, height - Bottom, Top, isRounded: true, isShare: chart.IsPercent);
    }

    private bool HasNames => chart.Lines.Count > 1 || chart.Level is not null;

    /// <summary>Draws a chart.</summary>
    /// <param name="chart">The chart.</param>
    /// <param name="width">Its width in units of which letters are 12 high.</param>
    /// <param name="height">Its height.</param>
    public static Html Draw(LineChart chart, double width, double height)
    {
        var drawing = new ChartDrawing(chart, width, height);
        return Html.Of($"""
            <figure class="chart"><figcaption>{chart.Title}</figcaption>
            <svg viewBox="0 0 {width} {height}" role="img" aria-label="{chart.Describe()}">
            {drawing.DrawAxes()}{drawing.DrawLevel()}{chart.Lines.Select(drawing.DrawLine)}{drawing.DrawNames()}
            </svg></figure>

            """);
    }

    private Html DrawAxes()
    {
        var rows = up.Ticks.Select(tick => Html.Of(
            $"<line class=\"grid\" x1=\"{Left}\" x2=\"{right:F1}\" y1=\"{up[tick]:F1}\" y2=\"{up[tick]:F1}\"/><text class=\"end\" x=\"{Left - 8}\" y=\"{up[tick] + 4:F1}\">{TickOf(tick)}</text>"));
        var columns = across.Ticks.Select(tick => Html.Of(
            $"<text class=\"middle\" x=\"{across[tick]:F1}\" y=\"{height - Bottom + 18:F1}\">{Figure.Value(tick)}</text>"));
        return Html.Of($"{rows}{columns}<text class=\"middle title\" x=\"{(Left + right) / 2:F1}\" y=\"{height - 6:F1}\">{chart.Across}</text>");
    }

    private Html DrawLevel() => chart.Level is { } level
        ? Html.Of($"<line class=\"level\" x1=\"{Left}\" x2=\"{right:F1}\" y1=\"{up[level.Value]:F1}\" y2=\"{up[level.Value]:F1}\"/>")
        : Html.Empty;

    private Html DrawLine(ChartLine line, int number)
    {
        var path = string.Join('L', line.Points.Select(point => Place(point.X, point.Y)));
        var spread = chart.HasArea ? AreaOf(line) : Html.Join(line.Points.Where(point => point.High > point.Low).Select(BarOf));
        var marks = chart.HasArea ? [] : line.Points.Select(point => Html.Of(
            $"<use href=\"#mark-{Series.ShapeOf(number)}\" x=\"{across[point.X]:F1}\" y=\"{up[point.Y]:F1}\"><title>{line.Name}, {Figure.Value(point.X)}: {chart.Format(point.Y)}</title></use>"));
        return Html.Of($"<g class=\"{Series.ColorOf(number)}\">{spread}<path class=\"line\" d=\"M{path}\"/>{marks}</g>\n");
    }

    private Html AreaOf(ChartLine line)
    {
        var outline = line.Points.Select(point => Place(point.X, point.High)).Concat(line.Points.Reverse().Select(point => Place(point.X, point.Low)));
        return Html.Of($"<path class=\"area\" d=\"M{string.Join('L', outline)}Z\"/>");
    }

    private Html BarOf(ChartPoint point) => Html.Of(
        $"<path class=\"spread\" d=\"M{Place(point.X, point.Low)}V{up[point.High]:F1}\"/>");

    private Html DrawNames()
    {
        if (!HasNames)
            return Html.Empty;
        var named = chart.Lines.Select((line, i) => (line.Name, Color: Series.ColorOf(i), line.Points[^1].Y));
        if (chart.Level is { } level)
            named = named.Append((level.Name, "plain", level.Value));
        var last = Top - LineHeight;
        var labels = new List<(string Name, string Color, double Place)>();
        foreach (var (name, color, y) in named.OrderBy(label => up[label.Y]))
            labels.Add((name, color, last = Math.Max(up[y], last + LineHeight)));
        // What was pushed below the chart moves up again, and what is above it with it.
        var lowest = height - Bottom;
        for (var i = labels.Count - 1; i >= 0 && labels[i].Place > lowest; i--, lowest -= LineHeight)
            labels[i] = labels[i] with { Place = lowest };
        return Html.Join(labels.Select(label => Html.Of(
            $"<text class=\"name {label.Color}\" x=\"{right + LabelGap:F1}\" y=\"{label.Place + 4:F1}\">{label.Name}</text>")));
    }

    private string TickOf(double tick) => chart.IsPercent ? $"{Figure.Tick(100 * tick, 100 * up.Step)} %" : Figure.Tick(tick, up.Step);

    private string Place(double x, double y) => FormattableString.Invariant($"{across[x]:F1} {up[y]:F1}");
}
