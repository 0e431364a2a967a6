using System.Diagnostics;
using SelfSup.Training;

namespace SelfSup.Benchmarks;

/// <summary>Times the second of two epochs; the first one warms up.</summary>
internal sealed class EpochClock : IProgress<PretrainingProgress>
{
    private long start;

    public TimeSpan LastEpoch { get; private set; }

    public void Report(PretrainingProgress progress)
    {
        if (progress.Step == progress.Steps / 2)
            start = Stopwatch.GetTimestamp();
        else if (progress.Step == progress.Steps)
            LastEpoch = Stopwatch.GetElapsedTime(start);
    }
}
