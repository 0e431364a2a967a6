using SelfSup.Training;

namespace SelfSup.Samples;

/// <summary>Draws a run's progress: one line that is rewritten on a terminal, one line an epoch in a log; warnings stay.</summary>
internal sealed class ConsoleProgress : IProgress<PretrainingProgress>
{
    private const int BarWidth = 20;
    private readonly HashSet<string> warned = [];
    private int lastEpoch;
    private int lastLength;

    public void Report(PretrainingProgress progress)
    {
        var epochEnded = progress.Step == progress.Steps || progress.Step * progress.Epochs % progress.Steps == 0;
        var epoch = epochEnded ? (int)(progress.Step * progress.Epochs / progress.Steps) : progress.Epoch;
        var metrics = string.Join("  ", progress.Metrics.Select(metric => $"{metric.Key} {metric.Value:0.000}"));
        var line = $"epoch {epoch}/{progress.Epochs}  {metrics}  {progress.ImagesPerSecond:0} images/s";
        if (Console.IsOutputRedirected)
        {
            if (epochEnded && epoch != lastEpoch)
                Console.WriteLine($"  {line}");
        }
        else
        {
            var filled = (int)(BarWidth * progress.Step / progress.Steps);
            var bar = new string('#', filled).PadRight(BarWidth, '.');
            var text = $"\r  [{bar}] {line}  {(int)progress.Remaining.TotalHours}:{progress.Remaining:mm\\:ss} left";
            Console.Write(text.PadRight(lastLength));
            lastLength = text.Length;
            if (epochEnded && epoch == progress.Epochs)
                Console.WriteLine();
        }
        foreach (var warning in progress.Warnings.Where(warning => warned.Add((warning as MetricWarning)?.Metric ?? warning.Message)))
            Console.WriteLine($"{(Console.IsOutputRedirected ? "" : "\r")}  warning: {warning}".PadRight(lastLength));
        lastEpoch = epochEnded ? epoch : lastEpoch;
    }
}
