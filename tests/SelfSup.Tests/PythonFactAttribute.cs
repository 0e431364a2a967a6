using System.ComponentModel;
using System.Diagnostics;

namespace SelfSup.Tests;

/// <summary>A test that needs Python with some packages; skipped where they are missing.</summary>
internal sealed class PythonFactAttribute : FactAttribute
{
    public const string Python = "/usr/bin/python3";

    // Looks for the packages without loading them, which takes seconds.
    private const string Question = "import importlib.util, sys; sys.exit(not all(importlib.util.find_spec(name) for name in sys.argv[1:]))";

    /// <summary>Asks for packages by the names that Python imports them by.</summary>
    public PythonFactAttribute(params string[] packages)
    {
        if (!Has(packages))
            Skip = $"{Python} lacks one of {string.Join(", ", packages)} (python3-torch, python3-torchvision, python3-sklearn on Debian).";
    }

    /// <summary>Runs a script.</summary>
    /// <param name="script">The script.</param>
    /// <param name="arguments">What it finds in sys.argv from 1 on.</param>
    /// <returns>What it wrote to standard output.</returns>
    public static string Run(string script, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", script, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output;
    }

    private static bool Has(string[] packages)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(Python, ["-c", Question, .. packages]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
