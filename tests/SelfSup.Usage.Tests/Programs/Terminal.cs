using System.Diagnostics;
using System.Text;

namespace SelfSup.Usage.Tests.Programs;

/// <summary>Runs a program of the repository in a terminal of 80 columns, which <c>script</c> of util-linux makes.</summary>
internal static class Terminal
{
    private const char ControlC = '\u0003';

    /// <summary>Whether there is a <c>script</c> that takes our options.</summary>
    public static bool IsThere { get; } = OperatingSystem.IsLinux() && HasScript();

    /// <summary>Runs a program to its end.</summary>
    /// <param name="project">Its folder in the repository.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="watch">Looks at the screen after whatever may have changed a line; true presses Ctrl+C, once.</param>
    public static (TerminalScreen Screen, int ExitCode) Run(string project, IEnumerable<string> arguments, Func<TerminalScreen, bool> watch)
    {
        var command = string.Join(' ', arguments.Prepend(BuiltProgram.PathOf(project)).Prepend("dotnet").Select(word => $"'{word}'"));
        var start = new ProcessStartInfo("script", ["-qefc", $"stty cols {TerminalScreen.Columns} rows {TerminalScreen.Rows}; exec {command}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["LANG"] = "C.UTF-8";
        // What continuous integration sets makes Spectre.Console take a terminal for a log.
        foreach (var name in start.Environment.Keys.Where(IsOfContinuousIntegration).ToArray())
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var screen = new TerminalScreen();
        var isStopped = false;
        for (int next; (next = process.StandardOutput.Read()) >= 0;)
        {
            if (!screen.Write((char)next) || !watch(screen) || isStopped)
                continue;
            isStopped = true;
            process.StandardInput.Write(ControlC);
            process.StandardInput.Flush();
        }
        process.WaitForExit();
        return (screen, process.ExitCode);
    }

    private static bool IsOfContinuousIntegration(string name) =>
        name is "CI" or "NO_COLOR" or "TF_BUILD" || name.StartsWith("GITHUB_", StringComparison.Ordinal);

    private static bool HasScript()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("script", "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            return process.StandardOutput.ReadToEnd().Contains("util-linux");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>A test in a terminal; skipped where there is none to be had.</summary>
public sealed class TerminalTheoryAttribute : TheoryAttribute
{
    public TerminalTheoryAttribute()
    {
        if (!Terminal.IsThere)
            Skip = "There is no `script` of util-linux to make a terminal.";
    }
}
