namespace SelfSup.Training;

/// <summary>Compares metrics with their alarms: those of steps by their means over windows, measurements as they come.</summary>
/// <param name="alarms">The alarms of the steps' metrics, named <c>task/metric</c>.</param>
/// <param name="steps">Steps of the whole run; in its first tenth nothing is judged, since nothing has been learned.</param>
internal sealed class MetricWatch(IReadOnlyList<MetricAlarm> alarms, long steps)
{
    private const int Window = 50;
    private readonly double[] sums = new double[alarms.Count];
    private readonly Dictionary<string, MetricWarning> warnings = [];

    /// <summary>The latest warning of every alarm that went off.</summary>
    public IReadOnlyList<MetricWarning> Warnings => [.. warnings.Values];

    /// <summary>Takes in one step, in the order of steps.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="metrics">Its metrics by name.</param>
    public void Add(long step, IReadOnlyDictionary<string, double> metrics)
    {
        var place = (int)((step - 1) % Window);
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] = (place == 0 ? 0 : sums[i]) + metrics.GetValueOrDefault(alarms[i].Metric, alarms[i].Minimum);
            var mean = sums[i] / (place + 1);
            if (place + 1 == Window && step > steps / 10 && mean < alarms[i].Minimum)
                Warn(alarms[i], step, mean);
        }
    }

    /// <summary>Judges what was measured after a step.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="metrics">What was measured, by name.</param>
    /// <param name="ranges">The alarms of these metrics, under the same names.</param>
    public void Judge(long step, IReadOnlyDictionary<string, double> metrics, IEnumerable<MetricAlarm> ranges)
    {
        foreach (var alarm in ranges)
        {
            if (metrics.TryGetValue(alarm.Metric, out var value) && !(value >= alarm.Minimum))
                Warn(alarm, step, value);
        }
    }

    private void Warn(MetricAlarm alarm, long step, double value) =>
        warnings[alarm.Metric] = new MetricWarning(alarm.Metric, step, value, alarm.Minimum, alarm.Message);
}
