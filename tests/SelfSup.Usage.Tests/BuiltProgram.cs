using System.Diagnostics;

namespace SelfSup.Usage.Tests;

/// <summary>A program of the repository, built with the tests, run in a process of its own.</summary>
internal static class BuiltProgram
{
    public static (string Output, string Error, int ExitCode) Run(string project, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [PathOf(project), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output, error.Result, process.ExitCode);
    }

    // Beside tests/SelfSup.Usage.Tests/bin/<configuration>/<framework>/ lies <project>/bin of the same.
    public static string PathOf(string project)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var root = framework.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, project, "bin", framework.Parent.Name, framework.Name, $"{Path.GetFileName(project)}.dll");
    }
}
