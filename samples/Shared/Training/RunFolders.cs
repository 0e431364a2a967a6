namespace SelfSup.Samples;

/// <summary>The folders that runs are written to: whether one holds a run is asked before any work.</summary>
internal static class RunFolders
{
    /// <summary>Checks that new runs do not meet old ones, and that there is something to resume.</summary>
    /// <param name="output">What <c>--output</c> was given.</param>
    /// <param name="isResumed">Whether <c>--resume</c> was given.</param>
    /// <param name="runs">The folders of the runs.</param>
    /// <exception cref="ArgumentException">They do, or there is not.</exception>
    public static void Check(string output, bool isResumed, params IEnumerable<string> runs)
    {
        var old = runs.Where(HasRun).ToArray();
        if (isResumed && old.Length == 0)
            throw new ArgumentException($"--resume was given, and {output} holds no run to go on with. Leave --resume out to begin one there.");
        if (isResumed || old.Length == 0)
            return;
        var isFinished = runs.All(run => File.Exists(Path.Combine(run, "report.json")));
        var (state, resumed) = isFinished
            ? ("finished", "Give --resume with more epochs to train further")
            : ("stopped before its end", "Give --resume to go on with it");
        throw new ArgumentException($"--output is {output}, which holds an earlier run that {(isFinished ? "is" : "was")} {state}. {resumed}, or another --output to begin anew.");
    }

    /// <summary>Whether a folder holds a run.</summary>
    public static bool HasRun(string folder) => File.Exists(Path.Combine(folder, "configuration.json"));
}
