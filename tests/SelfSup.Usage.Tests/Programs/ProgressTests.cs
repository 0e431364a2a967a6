using System.Text.RegularExpressions;

namespace SelfSup.Usage.Tests.Programs;

/// <summary>What the samples show while they work: in a terminal one line of progress, in a log plain lines.</summary>
public sealed partial class ProgressTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ProgressTests() => SampleFolders.DrawPhotos(folder["photos"]);

    public void Dispose() => folder.Dispose();

    [TerminalTheory]
    [InlineData("Pretrain", "--images photos --encoder convnet --size 32 --batch 4 --epochs 4 --knn photos --output run")]
    [InlineData("Pretrain", "--images photos --encoder convnet --size 32 --batch 4 --epochs 2 --task rotation,jigsaw,colorization,inpainting-adversarial --pack photos.pack --output run")]
    [InlineData("Quickstart", "--images photos --labeled photos --epochs 2 --output run")]
    [InlineData("CustomTask", "--epochs 1 --output run")]
    [InlineData("Generate", "--images photos --epochs 2 --batch 8 --output run")]
    [InlineData("Clips", "--task frame-order,speediness --frames 8 --epochs 1 --output run")]
    public void OneLineOfProgressIsDrawnInPlace(string sample, string commandLine)
    {
        var (most, seen) = (0, new HashSet<string>());
        var (screen, exitCode) = Terminal.Run($"samples/{sample}", Arguments(commandLine), now =>
        {
            var lines = now.Lines.Where(line => Progress().IsMatch(line)).ToArray();
            most = Math.Max(most, lines.Length);
            seen.UnionWith(lines);
            return false;
        });
        var text = string.Join('\n', screen.Lines);
        Assert.True(exitCode == 0, text);
        Assert.True(most == 1, $"{most} lines of progress at once:\n{text}");
        Assert.True(seen.Count > 1, text);
        Assert.DoesNotContain(screen.Wrapped, line => !line.StartsWith("  dotnet run", StringComparison.Ordinal)); // a command is there to be copied
        Assert.DoesNotContain(screen.Lines, line => Progress().IsMatch(line)); // what stays is what came of it
        Assert.Contains(screen.Lines, line => line.StartsWith("Done after ", StringComparison.Ordinal));
        if (commandLine.Contains("--knn"))
            Assert.Contains(seen, line => line.Contains("rotation/accuracy") && line.Contains("knn/accuracy"));
    }

    [TerminalTheory]
    [InlineData("--epochs 1000 --output run")]
    public void ControlCEndsWithACheckpointAndTellsHowToGoOn(string commandLine)
    {
        var (screen, exitCode) = Terminal.Run("samples/CustomTask", Arguments(commandLine), now => now.Lines.Any(line => Progress().IsMatch(line)));
        var text = string.Join(' ', screen.Lines);
        Assert.Equal(130, exitCode);
        Assert.Contains("The same command with --resume goes on from there.", text);
        Assert.DoesNotContain("error", text);
        Assert.NotEmpty(Directory.GetFiles(folder["run/checkpoints"]));

        var (_, error, again) = BuiltProgram.Run("samples/CustomTask", [.. Arguments(commandLine)]);
        Assert.Equal(1, again);
        Assert.Contains("stopped before its end. Give --resume to go on with it", error);
    }

    [Fact]
    public void ALogHasPlainLinesNowAndThen()
    {
        var arguments = Arguments("--images photos --encoder convnet --size 32 --batch 2 --epochs 30 --knn photos --output run").ToArray();
        var (output, error, exitCode) = BuiltProgram.Run("samples/Pretrain", arguments);
        Assert.True(exitCode == 0, output + error);
        Assert.Empty(error);
        Assert.DoesNotContain('\u001b', output);
        Assert.DoesNotContain('\r', output);
        var lines = output.Split('\n');
        Assert.InRange(lines.Count(line => Progress().IsMatch(line)), 1, 40);
        Assert.Contains("warning: The whole run is 360 steps", output);
        Assert.Single(lines, line => line.StartsWith("Done after 360 steps: rotation/loss ", StringComparison.Ordinal));

        // Its own next command works.
        var command = lines.Single(line => line.StartsWith("  dotnet run", StringComparison.Ordinal));
        Assert.Contains($"--encoder {folder["run"]}", command);
        var probe = Arguments("--encoder run/encoder.safetensors --train photos --test photos --report run/probe.html").ToArray();
        var (table, probeError, probeExitCode) = BuiltProgram.Run("samples/Probe", probe);
        Assert.True(probeExitCode == 0, table + probeError);
        Assert.DoesNotContain('\u001b', table);
        Assert.DoesNotContain('\r', table);
        Assert.Contains("Linear probe of convnet at 32 px", table);
        Assert.Contains("rotation loss", File.ReadAllText(folder["run/report.html"]));
        Assert.Contains("Confusion matrix", File.ReadAllText(folder["run/probe.html"]));
    }

    // Names of folders and files are those in the test's folder.
    private IEnumerable<string> Arguments(string commandLine) =>
        commandLine.Split(' ').Select(word => word.Split('/')[0] is "photos" or "run" or "photos.pack" ? folder[word] : word);

    [GeneratedRegex(@"step [\d,]+/[\d,]+")]
    private static partial Regex Progress();
}
