using Xunit;
using Xunit.Abstractions;

namespace SelfSup.Windows;

/// <summary>Collects the tests that are found, and writes what fails or is skipped.</summary>
internal sealed class Report : LongLivedMarshalByRefObject, IMessageSink, IDisposable
{
    private readonly Lock writing = new();
    private readonly HashSet<string> running = [];

    public List<ITestCase> Tests { get; } = [];

    public ManualResetEventSlim Found { get; } = new();

    public ManualResetEventSlim Finished { get; } = new();

    /// <summary>The tests that have begun and not ended, for a run that hangs.</summary>
    public IReadOnlyList<string> Running
    {
        get
        {
            lock (writing)
                return [.. running];
        }
    }

    public int Total { get; private set; }

    public int Failed { get; private set; }

    public int Skipped { get; private set; }

    public bool OnMessage(IMessageSinkMessage message)
    {
        lock (writing)
            Take(message);
        return true;
    }

    public void Dispose()
    {
        Found.Dispose();
        Finished.Dispose();
    }

    private void Take(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestCaseDiscoveryMessage found:
                Tests.Add(found.TestCase);
                break;
            case IDiscoveryCompleteMessage:
                Found.Set();
                break;
            case ITestStarting starting:
                running.Add(starting.Test.DisplayName);
                break;
            case ITestFinished finished:
                running.Remove(finished.Test.DisplayName);
                break;
            case ITestSkipped skipped:
                Console.WriteLine($"skipped: {skipped.Test.DisplayName}: {skipped.Reason}");
                break;
            case ITestFailed failed:
                Write(failed.Test.DisplayName, failed);
                break;
            case IErrorMessage error:
                Failed++;
                Write("outside of a test", error);
                break;
            case ITestAssemblyFinished all:
                (Total, Failed, Skipped) = (all.TestsRun, Failed + all.TestsFailed, all.TestsSkipped);
                Finished.Set();
                break;
        }
    }

    private static void Write(string what, IFailureInformation failure)
    {
        Console.WriteLine($"failed: {what}");
        for (var i = 0; i < failure.Messages.Length; i++)
            Console.WriteLine($"  {failure.ExceptionTypes[i]}: {failure.Messages[i]}\n{failure.StackTraces[i]}");
    }
}
