using SelfSup.Comparisons;

namespace SelfSup.Samples;

/// <summary>Shows which candidate is at work and how far its training is.</summary>
internal sealed class ComparingProgress(ProgressLine line) : IProgress<ComparisonProgress>
{
    public void Report(ComparisonProgress progress)
    {
        var share = progress.Training is { } training ? (double)training.Step / training.Steps : 0;
        line.Show(
            progress.Candidate + (progress.Training is null ? ", judging" : ""), $"{progress.Number}/{progress.Count} {progress.Candidate}",
            (progress.Number - 1 + share) / progress.Count,
            progress.Training is { } run ? [$"step {run.Step:N0}/{run.Steps:N0}", $"{run.Remaining:mm\\:ss} left"] : ["judging"]);
    }
}
