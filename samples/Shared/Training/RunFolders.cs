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

    /// <summary>Checks that a file that a program writes beside its run is not somebody's own.</summary>
    /// <param name="output">What <c>--output</c> was given, the run's folder.</param>
    /// <param name="file">The file's name.</param>
    /// <exception cref="ArgumentException">It is there, and no run that it could be of.</exception>
    public static void CheckBeside(string output, string file)
    {
        if (!HasRun(output) && File.Exists(Path.Combine(output, file)))
            throw new ArgumentException($"--output is {output}, which has a {file} that is of no run, and would be replaced. Choose another folder.");
    }

    /// <summary>Whether a folder holds a run.</summary>
    public static bool HasRun(string folder) => File.Exists(Path.Combine(folder, "configuration.json"));
}
