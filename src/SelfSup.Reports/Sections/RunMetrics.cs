using System.Text.Json;

namespace SelfSup.Reports;

/// <summary>Reads the metrics of a run.</summary>
internal static class RunMetrics
{
    private const string StepKey = "step";
    private const string LearningRateKey = "learning_rate";

    /// <summary>Reads a run's file of metrics, a JSON line a step. A line that a crash cut off is passed over, as are values that were not finite.</summary>
    /// <param name="path">The file, which need not be there.</param>
    /// <returns>The metrics that have values: what accuracies there are, the others as they come, the learning rate at last.</returns>
    public static IReadOnlyList<RunMetric> Read(string path)
    {
        var values = new Dictionary<string, List<(long Step, double Value)>>();
        foreach (var line in File.Exists(path) ? LinesOf(path) : [])
        {
            var metrics = Parse(line);
            if (metrics?.GetValueOrDefault(StepKey) is not { } step)
                continue;
            foreach (var (key, value) in metrics)
            {
                if (key == StepKey || value is not { } known)
                    continue;
                if (!values.TryGetValue(key, out var list))
                    values[key] = list = [];
                list.Add(((long)step, known));
            }
        }
        return [.. values
            .OrderBy(metric => metric.Key == LearningRateKey ? 2 : RunMetric.IsShare(metric.Key) ? 0 : 1)
            .Select(metric => RunMetric.Of(metric.Key, metric.Value))];
    }

    // A run that goes on has the file open.
    private static IEnumerable<string> LinesOf(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var text = new StreamReader(file);
        while (text.ReadLine() is { } line)
            yield return line;
    }

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
