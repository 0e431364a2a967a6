using SelfSup.Training;

namespace SelfSup.Samples;

/// <summary>Shows where a run stands, and its warnings, each once.</summary>
internal sealed class TrainingProgress(ProgressLine line) : IProgress<PretrainingProgress>
{
    private readonly HashSet<string> warned = [];

    public void Report(PretrainingProgress progress)
    {
        foreach (var warning in progress.Warnings.Where(warning => warned.Add((warning as MetricWarning)?.Metric ?? warning.Message)))
            Screen.Warn(warning.ToString());
        // What tells most first: a narrow terminal does not show all.
        var metrics = progress.Metrics.ToLookup(metric => metric.Key.EndsWith("/accuracy", StringComparison.Ordinal), metric => Format(metric.Key, metric.Value));
        line.Show(
            "training", $"step {progress.Step:N0}/{progress.Steps:N0}", (double)progress.Step / progress.Steps,
            [Left(progress.Remaining), .. metrics[true], $"epoch {progress.Epoch}/{progress.Epochs}", .. metrics[false], $"{progress.ImagesPerSecond:N0} images/s"]);
    }

    /// <summary>A metric with its name.</summary>
    public static string Format(string name, double value) => $"{name} {value:0.000}";

    private static string Left(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time:mm\\:ss} left" : $"{time.Minutes}:{time:ss} left";
}
