using System.Text.Json;
using SelfSup.Samples;

namespace SelfSup.Tool.Tests;

/// <summary>What a command line of the tool did, in this process and on lines of 80 characters.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    public const int Columns = 80;

    /// <summary>All that it said, for the message of a test that fails.</summary>
    public string Said => $"exit code {ExitCode}\n{Output}{Error}";

    /// <summary>The document, which must be all of standard output.</summary>
    public JsonElement Document => JsonDocument.Parse(Output).RootElement;

    public static ToolRun Of(IEnumerable<string> arguments, CancellationToken cancellation = default) => StartAsync(arguments, cancellation).GetAwaiter().GetResult();

    public static async Task<ToolRun> StartAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        Screen.WriteTo(TextWriter.Synchronized(output), TextWriter.Synchronized(error), Columns);
        var exitCode = await ToolProgram.RunAsync([.. arguments], cancellation);
        return new(exitCode, $"{output}", $"{error}");
    }

    /// <summary>Asserts that no line is too long for the screen, but commands that are there to be copied.</summary>
    public static void AssertNarrow(string text) => Assert.DoesNotContain(
        text.Split('\n'), line => line.TrimEnd('\r').Length > Columns && !line.StartsWith("  selfsup ", StringComparison.Ordinal));
}
