using System.Diagnostics;

namespace SelfSup.Training;

/// <summary>Times the second of two epochs; the first one warms up.</summary>
internal sealed class EpochClock : IProgress<PretrainingProgress>
{
    private readonly long created = Stopwatch.GetTimestamp();
    private long start;
    private TimeSpan startOnProcessor;

    /// <summary>The time from this clock's creation to the end of the first step, once there was one.</summary>
    public TimeSpan BeforeFirstStep { get; private set; }

    /// <summary>The time of the second epoch, once the run has ended.</summary>
    public TimeSpan LastEpoch { get; private set; }

    /// <summary>The time that all threads of the process computed for it, which other programs do not lengthen.</summary>
    public TimeSpan LastEpochOnProcessor { get; private set; }

    /// <inheritdoc/>
    public void Report(PretrainingProgress progress)
    {
        if (progress.Step == 1)
            BeforeFirstStep = Stopwatch.GetElapsedTime(created);
        if (progress.Step == progress.Steps / 2)
        {
            start = Stopwatch.GetTimestamp();
            startOnProcessor = Environment.CpuUsage.TotalTime;
        }
        else if (progress.Step == progress.Steps)
        {
            LastEpoch = Stopwatch.GetElapsedTime(start);
            LastEpochOnProcessor = Environment.CpuUsage.TotalTime - startOnProcessor;
        }
    }
}
