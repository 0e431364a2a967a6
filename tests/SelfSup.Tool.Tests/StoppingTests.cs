using System.Text.Json;
using System.Text.RegularExpressions;
using SelfSup.Usage.Tests;
using SelfSup.Usage.Tests.Programs;

namespace SelfSup.Tool.Tests;

/// <summary>The tool as a program of its own: stopped, in a terminal, and as a part of a pipe.</summary>
public sealed partial class StoppingTests(ToolFolder folder) : IClassFixture<ToolFolder>
{
    private const string Program = "src/SelfSup.Tool";
    private const string Encoder = "--encoder @encoder.safetensors";

    [Theory]
    [InlineData($"probe {Encoder} --train @photos --test @photos --save @new.safetensors")]
    [InlineData($"embed {Encoder} --images @photos --output @new.csv")]
    [InlineData($"select {Encoder} --images @photos --list @new.csv")]
    [InlineData($"duplicates {Encoder} --images @photos")]
    [InlineData("duplicates --images @photos")]
    [InlineData($"search @photos/left/000.png {Encoder} --images @photos")]
    [InlineData("compare --images @photos --output @new.safetensors")]
    [InlineData($"export {Encoder} --output @new.onnx")]
    [InlineData("predict @photos --classifier @classifier.safetensors")]
    public void WhatIsStoppedSaysSoAndWritesNothing(string commandLine)
    {
        var run = ToolRun.Of(folder.Words(commandLine), new CancellationToken(canceled: true));
        Assert.True(run.ExitCode == 130, run.Said);
        Assert.Empty(run.Error);
        Assert.EndsWith("Stopped.\n", run.Output.ReplaceLineEndings("\n"));
        Assert.Empty(Directory.GetFiles(folder[""], "new.*"));
    }

    [Fact]
    public async Task AStoppedRunHasACheckpointAndGoesOn()
    {
        using var stop = new CancellationTokenSource();
        const string commandLine = "pretrain --images @photos --encoder convnet --size 32 --batch 8 --output @stopped";
        var running = Task.Run(() => ToolRun.StartAsync(folder.Words($"{commandLine} --epochs 1000"), stop.Token));
        while (!running.IsCompleted && !(Directory.Exists(folder["stopped/checkpoints"]) && Directory.GetFiles(folder["stopped/checkpoints"]).Length > 0))
            await Task.Delay(10);
        stop.Cancel();
        var run = await running;
        Assert.True(run.ExitCode == 130, run.Said);
        Assert.Contains("The same command with --resume goes on", string.Join(' ', run.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(1, ToolRun.Of(folder.Words($"{commandLine} --epochs 1000")).ExitCode);
    }

    [TerminalTheory]
    [InlineData("pretrain --images @photos --encoder convnet --size 32 --batch 4 --epochs 1000 --output @terminal")]
    public void OneLineOfProgressIsDrawnInPlaceUntilControlC(string commandLine)
    {
        var most = 0;
        var (screen, exitCode) = Terminal.Run(Program, folder.Words(commandLine), now =>
        {
            most = Math.Max(most, now.Lines.Count(line => Progress().IsMatch(line)));
            return most > 0;
        });
        var text = string.Join('\n', screen.Lines);
        Assert.True(exitCode == 130, text);
        Assert.True(most == 1, $"{most} lines of progress at once:\n{text}");
        Assert.Contains("Stopped.", screen.Lines);
        // The terminal echoes the key as ^C where the cursor is, so at the end of the line of progress too.
        Assert.DoesNotContain(screen.Wrapped, line => !line.StartsWith("^C", StringComparison.Ordinal) && !line.EndsWith('^'));
    }

    [Fact]
    public void APipeGetsTheDocumentAlone()
    {
        File.Copy(folder["photos/left/004.png"], folder["photos/left/été.png"]);
        try
        {
            var (output, error, exitCode) = BuiltProgram.Run(Program, [.. folder.Words("duplicates --images @photos --json")]);
            Assert.True(exitCode == 0, output + error);
            Assert.Contains("été.png", output);
            Assert.Equal(2, JsonDocument.Parse(output).RootElement.GetProperty("groups").GetArrayLength());
            Assert.Contains("Pictures that are there more than once among", error);
            Assert.DoesNotContain('\u001b', output + error);
        }
        finally
        {
            File.Delete(folder["photos/left/été.png"]);
        }
    }

    [GeneratedRegex(@"step [\d,]+/[\d,]+")]
    private static partial Regex Progress();
}
