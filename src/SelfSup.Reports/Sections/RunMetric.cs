namespace SelfSup.Reports;

/// <summary>A metric over the steps of a run.</summary>
/// <param name="Key">Its name in the file, such as <c>rotation/loss</c>.</param>
/// <param name="Points">Its values, by rising steps; of many, means over steps in a row.</param>
/// <param name="IsCondensed">Whether they are such means.</param>
internal sealed record RunMetric(string Key, IReadOnlyList<ChartPoint> Points, bool IsCondensed)
{
    private const int MostPoints = 160;

    /// <summary>The name for people.</summary>
    public string Name => NameOf(Key);

    public static string NameOf(string key) => key.Replace('/', ' ').Replace('_', ' ');

    /// <summary>Whether values are shares, told by the name.</summary>
    public static bool IsShare(string name) => name.EndsWith("accuracy", StringComparison.Ordinal);

    public static string Format(string name, double value) => IsShare(name) ? Figure.Percent(value) : Figure.Value(value);

    /// <summary>Condenses values to as many as a chart can show.</summary>
    /// <param name="key">The metric's name in the file.</param>
    /// <param name="values">Its values, at least one, by rising steps.</param>
    public static RunMetric Of(string key, IReadOnlyList<(long Step, double Value)> values)
    {
        var isCondensed = values.Count > MostPoints;
        var size = (values.Count + MostPoints - 1) / MostPoints;
        var points = values.Chunk(size).Select(some => new ChartPoint(
            some[^1].Step, some.Average(value => value.Value), some.Min(value => value.Value), some.Max(value => value.Value)));
        return new(key, [.. points], isCondensed);
    }

    public LineChart ToChart() => new(Name, "step", [new(Name, Points)]) { IsPercent = IsShare(Key), HasArea = Points.Count > MostPoints / 4 };
}
