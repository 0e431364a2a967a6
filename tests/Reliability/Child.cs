using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace SelfSup.Reliability;

/// <summary>A job in a process of its own.</summary>
internal sealed class Child : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private readonly Process process;
    private readonly Task<string> output;
    private readonly TaskCompletionSource<TimeSpan> ready = new();
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly ConcurrentQueue<int> workers = new(); // the process itself, or those that a launcher started

    public Child(params string[] command)
    {
        process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        output = ReadAsync();
    }

    /// <summary>A job of this program, as several processes if there is a launcher.</summary>
    public static string[] Command(string job, string folder, string launcher = "") =>
        [.. launcher.Split(' ', StringSplitOptions.RemoveEmptyEntries), "dotnet", typeof(Child).Assembly.Location, "work", job, folder];

    /// <summary>What the process printed, once it has ended.</summary>
    public string Output => output.Result;

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code, and how long it took from when the work began.</returns>
    public (int ExitCode, TimeSpan Work) Wait()
    {
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The job did not end in {Limit}.");
        }
        process.WaitForExit();
        return (process.ExitCode, clock.Elapsed - (ready.Task.IsCompletedSuccessfully ? ready.Task.Result : TimeSpan.Zero));
    }

    /// <summary>Kills the process, or one of several, some time after its work began, with SIGKILL where there is such.</summary>
    /// <returns>Whether it was still at work.</returns>
    public bool KillAfter(TimeSpan delay, Random random)
    {
        ready.Task.Wait(Limit);
        if (process.WaitForExit(delay))
            return false;
        Kill(random);
        if (!process.WaitForExit(Limit))
            throw new TimeoutException($"The other processes did not end in {Limit}.");
        return true;
    }

    public void Dispose() => process.Dispose();

    private void Kill(Random random)
    {
        try
        {
            using var worker = Process.GetProcessById(workers.ElementAt(random.Next(workers.Count)));
            worker.Kill();
        }
        catch (ArgumentException)
        {
            // It has just ended.
        }
    }

    private async Task<string> ReadAsync()
    {
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Jobs.Ready, StringComparison.Ordinal))
            {
                workers.Enqueue(int.Parse(line.AsSpan(Jobs.Ready.Length), CultureInfo.InvariantCulture));
                ready.TrySetResult(clock.Elapsed);
            }
            lines.Add(line);
        }
        ready.TrySetResult(clock.Elapsed);
        return string.Join('\n', lines);
    }
}
