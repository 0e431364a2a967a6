namespace SelfSup.Reports;

/// <summary>Where values lie on one axis of a chart.</summary>
internal sealed class Axis
{
    private const int AimedTicks = 5;
    private readonly double first, last, start, end;
    private readonly Func<double, double> scale;

    private Axis(double first, double last, double start, double end, Func<double, double> scale, IReadOnlyList<double> ticks) =>
        (this.first, this.last, this.start, this.end, this.scale, Ticks) = (scale(first), scale(last), start, end, scale, ticks);

    /// <summary>The values to write at the axis.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>From one of the values to the next, on an even axis.</summary>
    public double Step => Ticks.Count > 1 ? Ticks[1] - Ticks[0] : double.PositiveInfinity;

    /// <summary>An axis with round ticks.</summary>
    /// <param name="low">The smallest value.</param>
    /// <param name="high">The largest.</param>
    /// <param name="start">The place of the smallest.</param>
    /// <param name="end">The place of the largest.</param>
    /// <param name="isRounded">Whether the axis goes on to the next ticks.</param>
    /// <param name="isShare">Whether the values are shares, of which there are none below 0 or above 1.</param>
    public static Axis Even(double low, double high, double start, double end, bool isRounded, bool isShare = false)
    {
        if (high - low < 1e-12)
            (low, high) = (low - Math.Max(0.01, Math.Abs(low) * 0.1), high + Math.Max(0.01, Math.Abs(high) * 0.1));
        if (isShare)
            (low, high) = (Math.Max(0, low), Math.Min(1, high));
        var step = StepOf((high - low) / AimedTicks);
        if (isRounded)
            (low, high) = (Math.Floor((low / step) + 1e-9) * step, Math.Ceiling((high / step) - 1e-9) * step);
        var from = (long)Math.Ceiling((low / step) - 1e-9);
        var count = (int)((long)Math.Floor((high / step) + 1e-9) - from) + 1;
        return new(low, high, start, end, value => value, [.. Enumerable.Range(0, count).Select(i => (from + i) * step)]);
    }

    /// <summary>An axis on which every doubling is as wide.</summary>
    public static Axis Doubling(IReadOnlyList<double> ticks, double start, double end) => ticks.Count == 1
        ? new(ticks[0] / 2, ticks[0] * 2, start, end, Math.Log2, ticks)
        : new(ticks[0], ticks[^1], start, end, Math.Log2, ticks);

    /// <summary>The place of a value.</summary>
    public double this[double value] => start + ((end - start) * (scale(value) - first) / (last - first));

    // 1, 2 or 5 times a power of ten.
    private static double StepOf(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return power * ((double[])[1, 2, 5, 10]).First(factor => factor * power >= rough * (1 - 1e-9));
    }
}
