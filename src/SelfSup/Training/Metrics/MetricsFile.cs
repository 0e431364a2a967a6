using System.Text.Json;
using SelfSup.Files;

namespace SelfSup.Training;

/// <summary>The file of a run's metrics: a JSON line a step, and one for whatever is measured after a step.</summary>
internal sealed class MetricsFile : IDisposable
{
    private const string StepKey = "step";
    private const string LearningRateKey = "learning_rate"; // a step's own line has one; a measurement's has not
    private readonly StreamWriter file;
    private string[] lines;

    /// <summary>Opens the file, and drops what comes after a step: it was written after the checkpoint that the run resumes from.</summary>
    public MetricsFile(string path, long fromStep)
    {
        var kept = File.Exists(path) ? File.ReadLines(path).TakeWhile(line => IsUpTo(fromStep, line)).ToArray() : [];
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            foreach (var line in kept)
                writer.WriteLine(line);
        });
        file = new StreamWriter(path, append: true);
        lines = kept;
    }

    /// <summary>Hands over what was there when the file was opened: steps and what was measured after them; null is a metric that was not finite. Once.</summary>
    public IEnumerable<(long Step, bool IsMeasured, Dictionary<string, double?> Metrics)> TakeLines()
    {
        var taken = lines.Select(Parse).OfType<Dictionary<string, double?>>();
        lines = [];
        return taken.Select(line =>
        {
            var isMeasured = !line.ContainsKey(LearningRateKey);
            return (
                (long)line[StepKey]!.Value, isMeasured,
                line.Where(pair => pair.Key is not (StepKey or LearningRateKey)).ToDictionary(pair => pair.Key, pair => isMeasured ? pair.Value : (float?)pair.Value));
        });
    }

    /// <summary>Writes a step's line; what is not finite becomes null.</summary>
    public void WriteStep(long step, double learningRate, IEnumerable<KeyValuePair<string, double>> metrics) =>
        Write(new() { [StepKey] = step, [LearningRateKey] = learningRate }, metrics.Select(pair => KeyValuePair.Create(pair.Key, (object)(float)pair.Value)));

    /// <summary>Writes what was measured after a step.</summary>
    public void WriteMeasurement(long step, IEnumerable<KeyValuePair<string, double>> metrics) =>
        Write(new() { [StepKey] = step }, metrics.Select(pair => KeyValuePair.Create(pair.Key, (object)pair.Value)));

    /// <summary>Hands the lines to the operating system.</summary>
    public void Flush() => file.Flush();

    /// <summary>Brings the lines down to the disk.</summary>
    public void Save()
    {
        file.Flush();
        (file.BaseStream as FileStream)?.Flush(flushToDisk: true);
    }

    public void Dispose() => file.Dispose();

    private void Write(Dictionary<string, object?> line, IEnumerable<KeyValuePair<string, object>> values)
    {
        foreach (var (name, value) in values)
            line[name] = value;
        file.WriteLine(JsonText.Line(line));
    }

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
