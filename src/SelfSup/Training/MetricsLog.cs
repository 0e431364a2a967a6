using System.Text.Json;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>Collects steps' metrics, stops the run when one is not finite, and writes a JSON line a step.</summary>
internal sealed class MetricsLog : IDisposable
{
    // On a GPU reading a value waits for the device, so steps are read together.
    private const int StepsBetweenReadsOnGpu = 20;
    private readonly int stepsBetweenReads;
    private readonly List<StepMetrics> pending = [];
    private readonly Dictionary<string, (double Sum, long Count)> epoch = [];
    private readonly StreamWriter? file;

    /// <summary>Opens the log.</summary>
    /// <param name="path">The JSONL file, or null.</param>
    /// <param name="fromStep">Lines of later steps are dropped: they were written after the checkpoint that the run resumes from.</param>
    /// <param name="device">The run's device.</param>
    public MetricsLog(string? path, long fromStep, Device device)
    {
        stepsBetweenReads = device.type == TorchSharp.DeviceType.CPU ? 1 : StepsBetweenReadsOnGpu;
        if (path is null)
            return;
        var kept = File.Exists(path) ? File.ReadLines(path).TakeWhile(line => StepOf(line) <= fromStep).ToArray() : [];
        File.WriteAllLines(path, kept);
        file = new StreamWriter(path, append: true);
    }

    /// <summary>Means since the epoch began.</summary>
    public IReadOnlyDictionary<string, double> EpochMeans => epoch.ToDictionary(pair => pair.Key, pair => pair.Value.Sum / pair.Value.Count);

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

    /// <summary>Takes over metrics of a whole epoch, which join its means, and writes them as a line of their own.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="metrics">The metrics by name.</param>
    /// <param name="lastCheckpoint">Named in the exception when a metric is not finite.</param>
    public void AddEpoch(long step, IReadOnlyDictionary<string, double> metrics, string? lastCheckpoint)
    {
        Flush(lastCheckpoint);
        var line = new Dictionary<string, object> { ["step"] = step };
        foreach (var (name, value) in metrics)
        {
            if (!double.IsFinite(value))
                throw new NonFiniteLossException(name, step, lastCheckpoint);
            epoch[name] = (value, 1);
            line[name] = value;
        }
        file?.WriteLine(JsonSerializer.Serialize(line));
    }

    /// <summary>Reads and writes what is pending.</summary>
    /// <exception cref="NonFiniteLossException">A metric is not finite.</exception>
    public void Flush(string? lastCheckpoint)
    {
        foreach (var metrics in pending)
        {
            using var values = metrics.Values.cpu();
            var numbers = values.data<float>().ToArray();
            for (var i = 0; i < numbers.Length; i++)
            {
                if (!float.IsFinite(numbers[i]))
                    throw new NonFiniteLossException(metrics.Names[i], metrics.Step, lastCheckpoint);
                var (sum, count) = epoch.GetValueOrDefault(metrics.Names[i]);
                epoch[metrics.Names[i]] = (sum + numbers[i], count + 1);
            }
            LastLearningRate = metrics.LearningRate;
            Write(metrics, numbers);
            metrics.Dispose();
        }
        pending.Clear();
        file?.Flush();
    }

    public void Dispose()
    {
        foreach (var metrics in pending)
            metrics.Dispose();
        file?.Dispose();
    }

    private void Write(StepMetrics metrics, float[] numbers)
    {
        if (file is null)
            return;
        var line = new Dictionary<string, object> { ["step"] = metrics.Step, ["learning_rate"] = metrics.LearningRate };
        for (var i = 0; i < numbers.Length; i++)
            line[metrics.Names[i]] = numbers[i];
        file.WriteLine(JsonSerializer.Serialize(line));
    }

    private static long StepOf(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("step").GetInt64();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return long.MaxValue; // a line cut off by a crash
        }
    }
}
