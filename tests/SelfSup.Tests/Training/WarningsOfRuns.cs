using SelfSup.Training;

namespace SelfSup.Tests.Training;

/// <summary>What tests ask of a run's warnings: their runs are all too short, which every one is told.</summary>
internal static class WarningsOfRuns
{
    /// <summary>All warnings but the one of a short run.</summary>
    public static PretrainingWarning[] BesideLength(this IEnumerable<PretrainingWarning> warnings) =>
        [.. warnings.Where(warning => warning is not ShortRunWarning)];
}
