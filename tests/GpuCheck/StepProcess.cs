using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SelfSup.GpuCheck;

/// <summary>Both ends of a step's process: the parent that starts it and waits, and the child that does it and prints one JSON line.</summary>
internal static class StepProcess
{
    private const string OwnName = "GpuCheck";
    private const int ErrorLines = 3;

    /// <summary>Does a step in this process.</summary>
    /// <returns>The JSON line.</returns>
    public static string Do(CheckStep step, CheckSettings settings)
    {
        var clock = Stopwatch.StartNew();
        var findings = new Findings();
        string? skipped = null;
        try
        {
            if (step.NeedsDevice)
                CheckedDevice.RequirePresent(settings);
            step.Run(settings, findings);
        }
        catch (SkippedException e)
        {
            skipped = e.Message;
        }
        catch (Exception e)
        {
            findings.Fail($"{e.GetType().Name}: {e.Message.Split('\n')[0].Trim()}");
            Console.Error.WriteLine(e);
        }
        var outcome = findings.Problems.Count > 0 ? "failed" : skipped is not null ? "skipped" : "passed";
        var reason = findings.Problems.Count > 0 ? string.Join("; ", findings.Problems) : skipped;
        return Line(step, outcome, clock.Elapsed, reason, findings.Figures).ToJsonString(Compact);
    }

    /// <summary>Does a step in a process of its own, which may crash or hang without harm to the others.</summary>
    /// <param name="step">The step.</param>
    /// <param name="arguments">The program's own arguments, handed on.</param>
    /// <param name="folder">Folder for what the process printed; null keeps nothing.</param>
    /// <returns>The step's result.</returns>
    public static JsonObject Start(CheckStep step, IEnumerable<string> arguments, string? folder)
    {
        var clock = Stopwatch.StartNew();
        // `dotnet GpuCheck.dll` is run by dotnet, the published program by itself.
        var own = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(own) != OwnName;
        string[] program = isHost ? [Path.Combine(AppContext.BaseDirectory, $"{OwnName}.dll")] : [];
        string[] command = [.. program, "--step", step.Name, .. arguments];
        using var process = Process.Start(new ProcessStartInfo(own, command) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var ended = process.WaitForExit(TimeSpan.FromMinutes(step.Minutes));
        if (!ended)
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        if (folder is not null)
            File.WriteAllText(Path.Combine(folder, $"{step.Name}.log"), output.Result + error.Result);
        if (ended && LastObject(output.Result) is { } result)
            return result;
        var last = string.Join(" | ", error.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(ErrorLines));
        var reason = ended
            ? $"the process ended with exit code {process.ExitCode} and no result: {last}"
            : $"not done in {step.Minutes} minutes";
        return Line(step, "failed", clock.Elapsed, reason, []);
    }

    /// <summary>JSON in one line, with the characters of names and messages as they are.</summary>
    public static JsonSerializerOptions Compact { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonObject Line(CheckStep step, string outcome, TimeSpan time, string? reason, JsonObject figures)
    {
        JsonObject line = new() { ["step"] = step.Name, ["outcome"] = outcome, ["seconds"] = Math.Round(time.TotalSeconds, 1) };
        if (reason is not null)
            line["reason"] = reason;
        foreach (var (name, figure) in figures)
            line[name] = figure?.DeepClone();
        return line;
    }

    // libtorch and TorchSharp print lines of their own.
    private static JsonObject? LastObject(string output)
    {
        var line = output.Split('\n').LastOrDefault(text => text.StartsWith('{'));
        try
        {
            return line is null ? null : JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
