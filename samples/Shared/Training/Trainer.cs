using SelfSup.Data;
using SelfSup.Training;

namespace SelfSup.Samples;

/// <summary>Pretrains with a line of progress, and tells what came of it.</summary>
internal static class Trainer
{
    /// <summary>Pretrains; Ctrl+C is answered by how to go on.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="tasks">The tasks.</param>
    /// <param name="images">The images.</param>
    /// <param name="settings">The settings; they have a run folder.</param>
    /// <param name="cancellation">Stops the run.</param>
    public static async Task<PretrainingResult> RunAsync(
        Encoder encoder, IReadOnlyList<WeightedTask> tasks, IImageSource images, PretrainingOptions settings, CancellationToken cancellation)
    {
        PretrainingResult result;
        try
        {
            result = await Screen.TrackAsync(line =>
                Pretraining.RunAsync(encoder, tasks, images, settings, new TrainingProgress(line), cancellation));
        }
        catch (OperationCanceledException)
        {
            Screen.Say($"A checkpoint is in {settings.RunFolder}. The same command with --resume goes on from there.");
            throw;
        }
        var metrics = string.Join(", ", result.Metrics.Select(metric => TrainingProgress.Format(metric.Key, metric.Value)));
        Screen.Say($"Done after {result.Steps:N0} steps: {metrics}.");
        UnreadableImages.Tell(result.Failures, $"in {Path.Combine(settings.RunFolder!, "report.json")}");
        return result;
    }
}
