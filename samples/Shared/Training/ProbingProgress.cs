using SelfSup.Transfer;

namespace SelfSup.Samples;

/// <summary>Shows what an evaluation is doing.</summary>
internal sealed class ProbingProgress(ProgressLine line) : IProgress<ProbeProgress>
{
    public void Report(ProbeProgress progress) => line.Show(
        progress.Step, progress.Step, progress.Total == 0 ? 1 : (double)progress.Done / progress.Total, $"{progress.Done:N0}/{progress.Total:N0}");
}
