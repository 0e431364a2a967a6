using System.Diagnostics;

namespace SelfSup.Distributed.Tests;

/// <summary>The program of <c>tests/Ranks</c>, started by a launcher as several processes of one thread each.</summary>
internal sealed class RanksProgram : IDisposable
{
    // Only a hang takes as long.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);
    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> errors;

    /// <summary>Starts it.</summary>
    public RanksProgram(string launcher, int ranks, string[] arguments, string? library = null)
    {
        string[] placing = launcher == Launchers.Mpich ? [] : ["--oversubscribe", "--bind-to", "none"];
        var start = new ProcessStartInfo(launcher, ["-np", $"{ranks}", .. placing, "dotnet", PathOf("Ranks"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["TERM"] = "dumb";
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        if (library is not null)
            start.Environment["SELFSUP_MPI"] = library;
        process = Process.Start(start)!;
        (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }

    /// <summary>Starts it and waits for its end.</summary>
    public static (string Output, string Errors, int ExitCode) Run(string launcher, int ranks, params string[] arguments)
    {
        using var program = new RanksProgram(launcher, ranks, arguments);
        return program.Wait();
    }

    /// <summary>Sends the launcher a signal, by its name for <c>kill</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits for a file that is not in a folder yet.</summary>
    public void WaitForNew(string folder, string pattern)
    {
        var before = Files().ToHashSet();
        var clock = Stopwatch.StartNew();
        while (!process.HasExited && clock.Elapsed < Limit && Files().All(before.Contains))
            Thread.Sleep(20);

        IEnumerable<string> Files() => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern) : [];
    }

    public (string Output, string Errors, int ExitCode) Wait()
    {
        Assert.True(process.WaitForExit(Limit), "The ranks hang.");
        return (output.Result, errors.Result, process.ExitCode);
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    // Beside tests/SelfSup.Distributed.Tests/bin/<configuration>/<framework>/ lies <project>/bin of the same.
    private static string PathOf(string project)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var tests = framework.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(tests, project, "bin", framework.Parent.Name, framework.Name, $"{project}.dll");
    }
}
