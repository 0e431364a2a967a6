using SelfSup.Encoders;
using SelfSup.Files;

namespace SelfSup.Usage.Tests.Programs;

/// <summary>What samples do about what is in their output already: they delete and replace nothing, and say what to do.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public OutputTests() => SampleFolders.DrawPhotos(folder["photos"]);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Pretrain --images photos --encoder convnet --size 32 --batch 8 --epochs 1 --output run", "")]
    [InlineData("Quickstart --images photos --epochs 1 --output run", "rotation")]
    [InlineData("CustomTask --epochs 1 --output run", "")]
    [InlineData("Generate --images photos --epochs 1 --batch 8 --output run", "")]
    [InlineData("Clips --task frame-order --frames 6 --epochs 1 --output run", "frame-order")]
    public void WhatIsThereStaysAndASecondRunSaysWhatToDo(string commandLine, string subFolder)
    {
        Directory.CreateDirectory(folder["run/thesis"]);
        string[] precious = [folder["run/thesis/chapter.txt"], folder["run/photo.jpg"], Path.Combine(folder["run"], subFolder, "notes.md")];
        foreach (var path in precious)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "mine");
        }
        var (output, error, exitCode) = Run(commandLine);
        Assert.True(exitCode == 0, output + error);
        var before = Snapshot();

        var (_, refusal, refused) = Run(commandLine);
        Assert.Equal(1, refused);
        Assert.Contains("holds an earlier run that is finished", refusal);
        Assert.Contains("--resume", refusal);
        Assert.Contains("another --output", refusal);
        Assert.Equal(before, Snapshot());

        var (resumedOutput, resumedError, resumed) = Run(commandLine + " --resume");
        Assert.True(resumed == 0, resumedOutput + resumedError);
        Assert.All(precious, path => Assert.Equal("mine", File.ReadAllText(path)));
    }

    [Fact]
    public void AFileOfAnotherProgramIsNotReplaced()
    {
        Directory.CreateDirectory(folder["run"]);
        File.WriteAllText(folder["run/report.json"], "{}");
        var (_, error, exitCode) = Run("CustomTask --epochs 1 --output run");
        Assert.Equal(1, exitCode);
        Assert.Contains("has a report.json that is of no run", error);
        Assert.Equal("{}", File.ReadAllText(folder["run/report.json"]));
        Assert.Single(Directory.GetFiles(folder["run"], "*.json"));
    }

    [Theory]
    [InlineData("Pretrain --images photos --encoder convnet --size 32 --output run", "report.html")]
    [InlineData("Generate --images photos --output run", "samples.png")]
    public void WhatASampleWritesBesideARunReplacesNothingEither(string commandLine, string file)
    {
        Directory.CreateDirectory(folder["run"]);
        File.WriteAllText(folder[$"run/{file}"], "mine");
        var (output, error, exitCode) = Run(commandLine);
        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains($"has a {file} that is of no run", error);
        Assert.Equal("mine", File.ReadAllText(folder[$"run/{file}"]));
        Assert.Single(Directory.GetFileSystemEntries(folder["run"]));
    }

    [Fact]
    public void FewerImagesThanAreUsuallyChosenAreAllChosen()
    {
        using (var encoder = new ConvNet(32))
            EncoderFile.Save(encoder, folder["run/encoder.safetensors"]);
        var (output, error, exitCode) = Run("Curate --encoder run/encoder.safetensors --images photos --list run/list.csv");
        Assert.True(exitCode == 0, output + error);
        Assert.Equal(25, File.ReadAllLines(folder["run/list.csv"]).Length);
    }

    [Fact]
    public void TheProbeWritesEveryFileItIsAskedForOnce()
    {
        using (var encoder = new ConvNet(32))
            EncoderFile.Save(encoder, folder["run/encoder.safetensors"]);
        const string commandLine = "Probe --encoder run/encoder.safetensors --train photos --test photos --json run/probe.json --save run/classifier.safetensors --onnx run/classifier.onnx";
        var (output, error, exitCode) = Run(commandLine);
        Assert.True(exitCode == 0, output + error);
        Assert.Contains($"Wrote {folder["run/probe.json"]}", output);
        var (answer, answerError, answered) = BuiltProgram.Run("samples/OnnxPredict", folder["run/classifier.onnx"], folder["photos/left/000.png"]);
        Assert.True(answered == 0, answer + answerError);

        var before = Snapshot();
        var (_, refusal, refused) = Run(commandLine);
        Assert.Equal(1, refused);
        Assert.Contains("--json is ", refusal);
        Assert.Equal(before, Snapshot());

        var (_, tooMany, exit) = Run("Probe --encoder run/encoder.safetensors --train photos --test photos --labels 100000");
        Assert.Equal(1, exit);
        Assert.StartsWith("error: --labels is 100,000; there are 24 training images.", tooMany);
        var (_, stage, stageExit) = Run("Probe --encoder run/encoder.safetensors --train photos --test photos --stage stage9");
        Assert.Equal(1, stageExit);
        Assert.StartsWith("error: --stage is 'stage9'; it must be one of ", stage);
    }

    private Dictionary<string, string> Snapshot() => Directory.EnumerateFiles(folder["run"], "*", SearchOption.AllDirectories)
        .Where(path => Path.GetFileName(path) != "run.lock")
        .ToDictionary(path => path, path => Convert.ToHexString(File.ReadAllBytes(path)));

    private (string Output, string Error, int ExitCode) Run(string commandLine)
    {
        var words = commandLine.Split(' ');
        return BuiltProgram.Run($"samples/{words[0]}", [.. words.Skip(1).Select(word => word.Split('/')[0] is "photos" or "run" ? folder[word] : word)]);
    }
}
