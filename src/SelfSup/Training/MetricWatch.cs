namespace SelfSup.Training;

/// <summary>Compares the means of metrics over windows of steps with their alarms.</summary>
/// <param name="alarms">The alarms, their metrics named <c>task/metric</c>.</param>
/// <param name="steps">Steps of the whole run; in its first tenth nothing is judged, since nothing has been learned.</param>
internal sealed class MetricWatch(IReadOnlyList<MetricAlarm> alarms, long steps)
{
    private const int Window = 50;
    private readonly double[] sums = new double[alarms.Count];
    private readonly MetricWarning?[] warnings = new MetricWarning?[alarms.Count];

    /// <summary>The latest warning of every alarm that went off.</summary>
    public IReadOnlyList<MetricWarning> Warnings => [.. warnings.OfType<MetricWarning>()];

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
                warnings[i] = new MetricWarning(alarms[i].Metric, step, mean, alarms[i].Minimum, alarms[i].Message);
        }
    }
}
