using System.CommandLine;

namespace SelfSup.Samples;

/// <summary>Runs a sample's command line: what goes wrong is one line that says what to do, and exit code 1.</summary>
internal static class SampleProgram
{
    private const int Failed = 1;
    private const int Stopped = 130; // what shells know a program by that Ctrl+C ended

    // After Ctrl+C a run finishes its step and writes a checkpoint.
    private static readonly TimeSpan TimeToFinish = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(RootCommand command, string[] arguments, Func<ParseResult, CancellationToken, Task> run)
    {
        command.SetAction(run);
        var result = command.Parse(arguments);
        if (result.Errors.Count > 0)
            return Fail($"{result.Errors[0].Message} --help lists the options.");
        try
        {
            return await result.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeToFinish });
        }
        catch (OperationCanceledException)
        {
            Screen.Say("Stopped.");
            return Stopped;
        }
        catch (ArgumentException e)
        {
            // What follows, the name of a parameter and its value, is the programmer's and not the user's.
            return Fail(e.Message.Split(" (Parameter '")[0]);
        }
        // Any other is a defect, whose stack trace should be seen.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException
            or DllNotFoundException or PlatformNotSupportedException or InsufficientMemoryException || e.GetType().Namespace?.StartsWith(nameof(SelfSup), StringComparison.Ordinal) == true)
        {
            return Fail(e.Message);
        }
    }

    private static int Fail(string message)
    {
        Screen.Fail(message);
        return Failed;
    }
}
