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
        var old = runs.FirstOrDefault(HasRun);
        if (isResumed && old is null)
            throw new ArgumentException($"--resume was given, and {output} holds no run to go on with. Leave --resume out to begin one there.");
        if (isResumed || old is null)
            return;
        var (state, resumed) = File.Exists(Path.Combine(old, "report.json"))
            ? ("a finished run", "Give --resume and more epochs to train it further")
            : ("a run that was stopped", "Give --resume to go on with it");
        throw new ArgumentException($"--output is {output}, and {old} holds {state}. {resumed}, or another --output to begin anew.");
    }

    /// <summary>Whether a folder holds a run.</summary>
    public static bool HasRun(string folder) => File.Exists(Path.Combine(folder, "configuration.json"));
}
