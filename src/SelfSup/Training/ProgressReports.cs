using System.Diagnostics;

namespace SelfSup.Training;

/// <summary>Tells the app where a run stands, about twice a second and at the end of every epoch.</summary>
internal sealed class ProgressReports(
    IProgress<PretrainingProgress>? progress, long steps, long firstStep, int epochs, long perEpoch, MetricsLog log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private TimeSpan last;

    /// <summary>Images learned from since the run started or resumed.</summary>
    public long ImagesDone { get; set; }

    /// <summary>Reports if the last report is long enough ago.</summary>
    public void ReportIfDue(long done, IReadOnlyList<PretrainingWarning> warnings)
    {
        if (clock.Elapsed - last >= Interval)
            Report(done, warnings);
    }

    /// <summary>Reports.</summary>
    public void Report(long done, IReadOnlyList<PretrainingWarning> warnings)
    {
        last = clock.Elapsed;
        var remaining = done == firstStep ? TimeSpan.Zero : clock.Elapsed * ((double)(steps - done) / (done - firstStep));
        progress?.Report(new PretrainingProgress(
            (int)(Math.Max(0, done - 1) / perEpoch) + 1, epochs, done, steps, log.LastLearningRate,
            ImagesDone / clock.Elapsed.TotalSeconds, remaining, log.Metrics)
        {
            Warnings = warnings,
        });
    }
}
