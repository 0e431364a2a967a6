using System.Diagnostics;

namespace SelfSup.Training;

/// <summary>Reports one run to the <see cref="TrainingMeter"/>.</summary>
/// <param name="run">The run folder, or null.</param>
internal sealed class RunMeter(string? run) : IMetricsListener
{
    private readonly TagList tags = run is null ? [] : new([new("run", run)]);
    private int unreadable;

    public void OnStep(long step, double learningRate, IReadOnlyList<KeyValuePair<string, double>> metrics)
    {
        TrainingMeter.Steps.Add(1, tags);
        TrainingMeter.LearningRate.Record(learningRate, tags);
        OnMetrics(metrics);
    }

    public void OnMeasurement(long step, IReadOnlyDictionary<string, double> metrics) => OnMetrics(metrics);

    public void Flush()
    {
    }

    /// <summary>Images were learned from.</summary>
    public void OnImages(int count) => TrainingMeter.Images.Add(count, tags);

    /// <summary>An epoch begins.</summary>
    /// <param name="epoch">Its number, from 1.</param>
    public void OnEpoch(int epoch) => TrainingMeter.Epoch.Record(epoch, tags);

    /// <summary>Images could not be read.</summary>
    /// <param name="count">How many since the run started or resumed.</param>
    public void OnUnreadable(int count)
    {
        if (count > unreadable)
            TrainingMeter.Unreadable.Add(count - unreadable, tags);
        unreadable = count;
    }

    private void OnMetrics(IEnumerable<KeyValuePair<string, double>> metrics)
    {
        if (!TrainingMeter.Metric.Enabled)
            return;
        foreach (var (name, value) in metrics)
        {
            var named = tags;
            named.Add("name", name);
            TrainingMeter.Metric.Record(value, named);
        }
    }
}
