using System.Text.Json;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>Collects steps' metrics, stops the run when one is not finite, and writes a JSON line a step.</summary>
internal sealed class MetricsLog : IDisposable
{
    // On a GPU reading a value waits for the device, so steps are read together.
    private const int StepsBetweenReadsOnGpu = 20;
    private const int MaxSkippedInARow = 10;
    private const string StepKey = "step";
    private const string LearningRateKey = "learning_rate";
    private readonly int stepsBetweenReads;
    private readonly List<StepMetrics> pending = [];
    private readonly Dictionary<string, (double Sum, long Count)> epoch = [];
    private readonly Dictionary<string, double> measurements = [];
    private readonly MetricWatch watch;
    private readonly StreamWriter? file;
    private readonly Dictionary<string, MetricWarning> measured = [];
    private int skipped;
    private int skippedInARow;
    private PretrainingWarning? skipWarning;

    /// <summary>Opens the log.</summary>
    /// <param name="path">The JSONL file, or null.</param>
    /// <param name="fromStep">
    /// What comes after this step's line is dropped: it was written after the checkpoint that the run resumes from, or is measured anew.
    /// </param>
    /// <param name="device">The run's device.</param>
    /// <param name="watch">Raises the alarms; sees earlier steps again when a run resumes.</param>
    public MetricsLog(string? path, long fromStep, Device device, MetricWatch watch)
    {
        this.watch = watch;
        stepsBetweenReads = device.type == TorchSharp.DeviceType.CPU ? 1 : StepsBetweenReadsOnGpu;
        if (path is null)
            return;
        var kept = File.Exists(path) ? File.ReadLines(path).TakeWhile(line => IsUpTo(fromStep, line)).ToArray() : [];
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            foreach (var line in kept)
                writer.WriteLine(line);
        });
        foreach (var metrics in kept.Select(Parse).Where(line => line!.ContainsKey(LearningRateKey)))
            watch.Add((long)metrics![StepKey]!.Value, metrics.Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!.Value));
        file = new StreamWriter(path, append: true);
    }

    /// <summary>Means since the epoch began, and what the monitors measured last.</summary>
    public IReadOnlyDictionary<string, double> Metrics => epoch
        .Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Sum / pair.Value.Count))
        .Concat(measurements)
        .ToDictionary();

    /// <summary>The alarms that went off, and whether steps were left out.</summary>
    public IReadOnlyList<PretrainingWarning> Warnings =>
        [.. skipWarning is null ? [] : new[] { skipWarning }, .. watch.Warnings, .. measured.Values];

    public double LastLearningRate { get; private set; }

    public void StartEpoch() => epoch.Clear();

    /// <summary>Takes over a step's metrics.</summary>
    /// <param name="metrics">The metrics; disposed by the log.</param>
    /// <param name="lastCheckpoint">Named in the exception when a metric is not finite.</param>
    public void Add(StepMetrics metrics, string? lastCheckpoint)
    {
        pending.Add(metrics);
        if (pending.Count >= stepsBetweenReads)
            Flush(lastCheckpoint);
    }

    /// <summary>Reads and writes what is pending, down to the disk, before a checkpoint that takes it for written.</summary>
    /// <exception cref="NonFiniteLossException">A metric is not finite.</exception>
    public void Save(string? lastCheckpoint)
    {
        Flush(lastCheckpoint);
        (file?.BaseStream as FileStream)?.Flush(flushToDisk: true);
    }

    /// <summary>Reads and writes what is pending.</summary>
    /// <exception cref="NonFiniteLossException">A metric is not finite.</exception>
    public void Flush(string? lastCheckpoint)
    {
        foreach (var metrics in pending)
        {
            using var values = metrics.Values.cpu();
            var numbers = values.data<float>().ToArray();
            var named = new Dictionary<string, double>();
            for (var i = 0; i < numbers.Length; i++)
            {
                if (!float.IsFinite(numbers[i]))
                {
                    if (metrics.SkippedFor is null || skippedInARow == MaxSkippedInARow - 1)
                        throw new NonFiniteLossException(metrics.Names[i], metrics.Step, lastCheckpoint);
                    continue;
                }
                var (sum, count) = epoch.GetValueOrDefault(metrics.Names[i]);
                epoch[metrics.Names[i]] = (sum + numbers[i], count + 1);
                named[metrics.Names[i]] = numbers[i];
            }
            watch.Add(metrics.Step, named);
            CountSkipped(metrics);
            LastLearningRate = metrics.LearningRate;
            Write(metrics, numbers);
            metrics.Dispose();
        }
        pending.Clear();
        file?.Flush();
    }

    /// <summary>Writes what a monitor measured after a step, and raises its alarms.</summary>
    public void AddMeasurement(
        long step, string monitor, IReadOnlyDictionary<string, double> metrics, IReadOnlyList<MetricAlarm>? alarms = null)
    {
        foreach (var alarm in alarms ?? [])
        {
            if (metrics.TryGetValue(alarm.Metric, out var value) && !(value >= alarm.Minimum))
                measured[$"{monitor}/{alarm.Metric}"] = new($"{monitor}/{alarm.Metric}", step, value, alarm.Minimum, alarm.Message);
        }
        var line = new Dictionary<string, object?> { [StepKey] = step };
        foreach (var (name, value) in metrics)
        {
            line[$"{monitor}/{name}"] = double.IsFinite(value) ? value : null;
            measurements[$"{monitor}/{name}"] = value;
        }
        file?.WriteLine(JsonSerializer.Serialize(line));
        file?.Flush();
    }

    public void Dispose()
    {
        foreach (var metrics in pending)
            metrics.Dispose();
        file?.Dispose();
    }

    private void CountSkipped(StepMetrics metrics)
    {
        skippedInARow = metrics.SkippedFor is null ? 0 : skippedInARow + 1;
        if (metrics.SkippedFor is null)
            return;
        skipped++;
        skipWarning = new(metrics.Step, $"{skipped} steps were left out, the last one step {metrics.Step}, where {metrics.SkippedFor} was not finite. "
            + "Their images are named in non-finite.jsonl. Try a lower learning rate, or gradient clipping.");
    }

    private void Write(StepMetrics metrics, float[] numbers)
    {
        if (file is null)
            return;
        var line = new Dictionary<string, object?> { [StepKey] = metrics.Step, [LearningRateKey] = metrics.LearningRate };
        for (var i = 0; i < numbers.Length; i++)
            line[metrics.Names[i]] = float.IsFinite(numbers[i]) ? numbers[i] : null;
        file.WriteLine(JsonSerializer.Serialize(line));
    }

    // A step's own line has a learning rate; a monitor's does not.
    private static bool IsUpTo(long step, string line) =>
        Parse(line) is { } metrics && metrics.GetValueOrDefault(StepKey) is { } written
        && (written < step || (written == step && metrics.ContainsKey(LearningRateKey)));

    // Null for a line cut off by a crash.
    private static Dictionary<string, double?>? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, double?>>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
