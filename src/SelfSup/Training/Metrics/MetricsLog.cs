using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>Reads the steps' metrics off the device, in order, and passes them on: to the file, the means and the alarms.</summary>
/// <param name="file">Where they are written; null writes nothing. Owned by the log.</param>
/// <param name="device">The run's device.</param>
/// <param name="watch">Raises the alarms.</param>
/// <param name="lastCheckpoint">Tells the path of the last checkpoint, for the exception when a metric is not finite.</param>
/// <param name="listeners">Who else hears of them, from now on.</param>
internal sealed class MetricsLog(
    MetricsFile? file, Device device, MetricWatch watch, Func<string?> lastCheckpoint, IReadOnlyList<IMetricsListener> listeners) : IDisposable
{
    // On a GPU reading a value waits for the device, so steps are read together.
    private const int StepsBetweenReadsOnGpu = 20;
    private readonly int stepsBetweenReads = device.type == TorchSharp.DeviceType.CPU ? 1 : StepsBetweenReadsOnGpu;
    private readonly List<StepMetrics> pending = [];
    private readonly MetricMeans means = new();
    private readonly SkippedSteps skipped = new();

    /// <summary>Means since the epoch began, and what was measured last.</summary>
    public IReadOnlyDictionary<string, double> Metrics => means.Values;

    /// <summary>The alarms that went off, and whether steps were left out.</summary>
    public IReadOnlyList<PretrainingWarning> Warnings =>
        [.. skipped.Warning is { } warning ? new[] { warning } : [], .. watch.Warnings];

    public double LastLearningRate { get; private set; }

    /// <summary>How many of the last steps were left out; the first rank alone has the file to know it from.</summary>
    public int SkippedInARow
    {
        get => skipped.InARow;
        set => skipped.InARow = value;
    }

    public void StartEpoch() => means.StartEpoch();

    /// <summary>Takes in again the steps and measurements that are in the file of a run that resumes.</summary>
    /// <param name="epochStart">Steps before the epoch whose means are wanted.</param>
    /// <param name="monitors">Those whose measurements have alarms.</param>
    public void Replay(long epochStart, IReadOnlyList<IEncoderMonitor> monitors)
    {
        MetricAlarm[] alarms = [.. monitors.SelectMany(monitor => Named(monitor.Name, monitor.Alarms))];
        foreach (var (step, isMeasured, metrics) in file?.TakeLines() ?? [])
        {
            var finite = metrics.Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!.Value);
            if (isMeasured)
            {
                watch.Judge(step, finite, alarms);
                means.SetMeasured(finite);
                continue;
            }
            skipped.Add(step, metrics.FirstOrDefault(pair => pair.Value is null).Key);
            watch.Add(step, finite);
            if (step > epochStart)
                means.Add(finite);
        }
    }

    /// <summary>Takes over a step's metrics.</summary>
    /// <param name="metrics">The metrics; disposed by the log.</param>
    /// <exception cref="NonFiniteLossException">A metric is not finite.</exception>
    public void Add(StepMetrics metrics)
    {
        pending.Add(metrics);
        if (pending.Count >= stepsBetweenReads)
            Flush();
    }

    /// <summary>Reads and writes what is pending, down to the disk, before a checkpoint that takes it for written.</summary>
    /// <exception cref="NonFiniteLossException">A metric is not finite.</exception>
    public void Save()
    {
        Flush();
        file?.Save();
    }

    /// <summary>Reads and writes what is pending.</summary>
    /// <exception cref="NonFiniteLossException">A metric is not finite.</exception>
    public void Flush()
    {
        foreach (var metrics in pending)
        {
            Read(metrics);
            metrics.Dispose();
        }
        pending.Clear();
        FlushFiles();
    }

    /// <summary>Writes what was measured after a step, and raises its alarms.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="name">The first part of the metrics' names, such as <c>knn</c>.</param>
    /// <param name="metrics">The metrics by their own names.</param>
    /// <param name="alarms">Ranges that they keep to in a sound run.</param>
    public void AddMeasurement(long step, string name, IReadOnlyDictionary<string, double> metrics, IReadOnlyList<MetricAlarm> alarms)
    {
        var named = metrics.ToDictionary(pair => $"{name}/{pair.Key}", pair => pair.Value);
        watch.Judge(step, named, Named(name, alarms));
        means.SetMeasured(named);
        file?.WriteMeasurement(step, named);
        foreach (var listener in listeners)
            listener.OnMeasurement(step, named);
        FlushFiles();
    }

    public void Dispose()
    {
        foreach (var metrics in pending)
            metrics.Dispose();
        file?.Dispose();
    }

    private static IEnumerable<MetricAlarm> Named(string name, IReadOnlyList<MetricAlarm> alarms) =>
        alarms.Select(alarm => alarm with { Metric = $"{name}/{alarm.Metric}" });

    private void Read(StepMetrics metrics)
    {
        using var values = metrics.Values.cpu();
        var named = metrics.Names.Zip(values.data<float>().ToArray(), (name, value) => KeyValuePair.Create(name, (double)value)).ToArray();
        var mayGoOn = skipped.Add(metrics.Step, metrics.SkippedFor);
        if (named.FirstOrDefault(pair => !double.IsFinite(pair.Value)).Key is { } bad && (metrics.SkippedFor is null || !mayGoOn))
            throw new NonFiniteLossException(bad, metrics.Step, lastCheckpoint());
        var finite = named.Where(pair => double.IsFinite(pair.Value)).ToDictionary();
        means.Add(finite);
        watch.Add(metrics.Step, finite);
        LastLearningRate = metrics.LearningRate;
        file?.WriteStep(metrics.Step, metrics.LearningRate, named);
        foreach (var listener in listeners)
            listener.OnStep(metrics.Step, metrics.LearningRate, named);
    }

    private void FlushFiles()
    {
        file?.Flush();
        foreach (var listener in listeners)
            listener.Flush();
    }
}
