using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;

namespace SelfSup.Tests.Training;

/// <summary>A run replaces and removes no file that it did not write.</summary>
public sealed class OverwriteTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("configuration.json", "{ \"port\": 80 }")]
    [InlineData("configuration.json", "no JSON")]
    [InlineData("metrics.jsonl", "{}")]
    [InlineData("report.json", "[]")]
    [InlineData("non-finite.jsonl", "{}")]
    [InlineData("encoder.safetensors", "weights")]
    [InlineData("previews/holiday.png", "picture")]
    public void AFileThatIsOfNoRunIsNamedAndStays(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
        File.WriteAllText(folder[name], content);
        var message = Assert.Throws<InvalidOperationException>(() => Run()).Message;
        Assert.Contains($"{Path.GetFileName(name)} that is of no run, which would be replaced. Choose another folder.", message);
        Assert.Equal(content, File.ReadAllText(folder[name]));
    }

    [Fact]
    public void FilesOfOtherNamesStay()
    {
        string[] names = ["notes.txt", "checkpoints/step-000000001-best.safetensors", "checkpoints/step-last.safetensors", "report.json.tmp", "previews/plan.txt"];
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            File.WriteAllText(folder[name], "mine");
        }
        Run(epochs: 4);
        Assert.All(names, name => Assert.Equal("mine", File.ReadAllText(folder[name])));
        Assert.Equal(2, Directory.GetFiles(folder["checkpoints"], "step-0*.safetensors").Count(path => File.ReadAllText(path) != "mine"));
    }

    [Fact]
    public void AFinishedRunWithoutCheckpointsIsNotReplaced()
    {
        Run();
        Directory.Delete(folder["checkpoints"], recursive: true); // to save room
        var encoder = File.ReadAllBytes(folder["encoder.safetensors"]);
        Assert.Contains("encoder.safetensors of a finished run", Assert.Throws<InvalidOperationException>(() => Run()).Message);
        Assert.Equal(encoder, File.ReadAllBytes(folder["encoder.safetensors"]));
    }

    [Fact]
    public void AFileInPlaceOfTheFolderIsNamed()
    {
        File.WriteAllText(folder["file"], "mine");
        Assert.Contains("file is a file. Choose another.", Assert.Throws<IOException>(() => Run(folder["file"])).Message);
        Assert.Equal("mine", File.ReadAllText(folder["file"]));
    }

    private void Run(string? path = null, int epochs = 1)
    {
        using var encoder = new ConvNet(16);
        Pretraining.Run(
            encoder, [new WeightedTask(new RotationTask())], new ProceduralImages(8), new() { Epochs = epochs, BatchSize = 4, RunFolder = path ?? folder.Path });
    }
}
