namespace SelfSup.Reports;

/// <summary>A point of a line, and how far it may be from the truth or from what it is the mean of.</summary>
internal readonly record struct ChartPoint(double X, double Y, double Low, double High);

/// <summary>A line of a chart.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Points">Its points, from left to right, at least one.</param>
internal sealed record ChartLine(string Name, IReadOnlyList<ChartPoint> Points);

/// <summary>A chart of one line or several.</summary>
/// <param name="Title">What it shows; the heading above it.</param>
/// <param name="Across">What lies across.</param>
/// <param name="Lines">The lines, at least one.</param>
internal sealed record LineChart(string Title, string Across, IReadOnlyList<ChartLine> Lines)
{
    /// <summary>Whether values are shares, to be shown in percent.</summary>
    public bool IsPercent { get; init; }

    /// <summary>Whether every doubling is as wide, with a tick for each point of the first line.</summary>
    public bool IsDoubling { get; init; }

    /// <summary>Whether low and high are drawn as an area without marks at the points, or else as a bar at each.</summary>
    public bool HasArea { get; init; }

    /// <summary>A level to compare with, dashed; null for none.</summary>
    public (string Name, double Value)? Level { get; init; }

    /// <summary>A value with its unit.</summary>
    public string Format(double value) => IsPercent ? Figure.Percent(value) : Figure.Value(value);

    /// <summary>What the lines say, for those who cannot see them.</summary>
    public string Describe() => $"{Title} against {Across}. " + string.Join(" ", Lines.Select(line =>
        $"{line.Name}: from {Format(line.Points[0].Y)} at {Figure.Value(line.Points[0].X)} to {Format(line.Points[^1].Y)} at {Figure.Value(line.Points[^1].X)}, "
        + $"between {Format(line.Points.Min(point => point.Y))} and {Format(line.Points.Max(point => point.Y))}."));
}
