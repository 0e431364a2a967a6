using System.CommandLine;

namespace SelfSup.Samples;

/// <summary>Runs a sample's command line: a wrong option is one line and exit code 2, a failure one line and exit code 1.</summary>
internal static class SampleProgram
{
    // After Ctrl-C a run finishes its step and writes a checkpoint.
    private static readonly TimeSpan TimeToFinish = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(RootCommand command, string[] arguments, Func<ParseResult, CancellationToken, Task> run)
    {
        SelfSup.Runtime.TorchRuntime.TuneForTraining();
        command.SetAction(run);
        var result = command.Parse(arguments);
        if (result.Errors.Count > 0)
            return Fail(result.Errors[0].Message + " Use --help for the options.", 2);
        try
        {
            return await result.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeToFinish });
        }
        catch (OperationCanceledException)
        {
            return Fail("Cancelled.", 130);
        }
        catch (ArgumentException e)
        {
            // The name of a parameter is the programmer's, not the user's.
            return Fail(e.Message.Replace($" (Parameter '{e.ParamName}')", ""), 2);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException
            or DllNotFoundException or PlatformNotSupportedException or InsufficientMemoryException or SelfSup.Training.NonFiniteLossException)
        {
            return Fail(e.Message, 1);
        }
    }

    private static int Fail(string message, int exitCode)
    {
        Console.Error.WriteLine($"error: {message.ReplaceLineEndings(" ")}");
        return exitCode;
    }
}
