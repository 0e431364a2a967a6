using System.CommandLine;
using System.CommandLine.Parsing;

namespace SelfSup.Samples;

/// <summary>Runs a command line: what goes wrong is one line that says what to do, and an exit code other than 0.</summary>
internal static class SampleProgram
{
    private const int Failed = 1;
    private const int Stopped = 130; // what shells know a program by that Ctrl+C ended

    // After Ctrl+C a run finishes its step and writes a checkpoint.
    private static readonly TimeSpan TimeToFinish = TimeSpan.FromMinutes(2);

    /// <summary>Runs a program that does one thing.</summary>
    public static Task<int> RunAsync(RootCommand command, string[] arguments, Func<ParseResult, CancellationToken, Task> run)
    {
        command.SetAction(run);
        return InvokeAsync(command, arguments, Failed);
    }

    /// <summary>Runs a command whose actions are set.</summary>
    /// <param name="command">The command, with its sub-commands.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="wrongUsage">Exit code of a command line that is wrong; nothing is begun then.</param>
    /// <param name="cancellation">Stops it, as Ctrl+C does.</param>
    public static async Task<int> InvokeAsync(RootCommand command, string[] arguments, int wrongUsage, CancellationToken cancellation = default)
    {
        var result = command.Parse(arguments);
        if (result.Errors.Count > 0)
            return Fail($"{FirstErrorOf(result).Message} --help lists the options.", wrongUsage);
        try
        {
            return await result.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeToFinish, Output = Screen.Output },
                cancellation);
        }
        catch (OperationCanceledException)
        {
            Screen.Say("Stopped.");
            return Stopped;
        }
        catch (ArgumentException e)
        {
            // What follows, the name of a parameter and its value, is the programmer's and not the user's.
            return Fail(e.Message.Split(" (Parameter '")[0], Failed);
        }
        // Any other is a defect, whose stack trace should be seen.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException or NotSupportedException
            or DllNotFoundException or InsufficientMemoryException || e.GetType().Namespace?.StartsWith(nameof(SelfSup), StringComparison.Ordinal) == true)
        {
            return Fail(e.Message, Failed);
        }
    }

    // A misspelled word before what is missing because of it.
    private static ParseError FirstErrorOf(ParseResult result) =>
        result.Errors.FirstOrDefault(error => result.UnmatchedTokens.Any(word => error.Message.Contains($"'{word}'"))) ?? result.Errors[0];

    private static int Fail(string message, int exitCode)
    {
        Screen.Fail(message);
        return exitCode;
    }
}
