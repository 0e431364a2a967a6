using SelfSup.Encoders;
using SelfSup.Files;

namespace SelfSup.Tests.Files;

/// <summary>Files are replaced whole, wherever they lie, and whoever reads them at the time.</summary>
public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AFileThatAnotherProgramHasOpenIsReplacedOrStaysAsItWas()
    {
        var path = folder.Write("encoder.safetensors", "old"u8);
        using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read))
        {
            if (OperatingSystem.IsWindows())
            {
                var error = Assert.Throws<IOException>(() => AtomicFile.Write(path, stream => stream.Write("new"u8)));
                Assert.Contains(path, error.Message);
                Assert.Contains("another program has it open", error.Message);
            }
            else
            {
                AtomicFile.Write(path, stream => stream.Write("new"u8));
            }
        }
        Assert.Equal(OperatingSystem.IsWindows() ? "old" : "new", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
        AtomicFile.Write(path, stream => stream.Write("newer"u8));
        Assert.Equal("newer", File.ReadAllText(path));
    }

    [Fact]
    public async Task AFileThatIsOpenForAMomentIsReplacedAfterIt()
    {
        var path = folder.Write("encoder.safetensors", "old"u8);
        var reader = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var closing = Task.Run(async () =>
        {
            await Task.Delay(200);
            reader.Dispose();
        });
        AtomicFile.Write(path, stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(path));
        await closing;
    }

    [Fact]
    public void AFileThatIsBeingWrittenByAnotherIsNotReadInPart()
    {
        var path = folder["encoder.safetensors"];
        using var encoder = new ConvNet(32);
        EncoderFile.Save(encoder, path);
        using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            Assert.Contains(path, Assert.Throws<IOException>(() => EncoderFile.Load(path)).Message);
        EncoderFile.Load(path).Dispose();
    }

    [Theory]
    [InlineData("with spaces and (brackets)")]
    [InlineData("Größe – 画像 – ёлка")]
    [InlineData("%TEMP% & 'quotes' #1;")]
    [InlineData("long")]
    public void PathsOfEveryFormAreWrittenAndRead(string name)
    {
        var parts = name == "long" ? Enumerable.Repeat(new string('n', 100), 4) : [name, name];
        var path = Path.Combine([folder.Path, .. parts, name + ".safetensors"]);
        using var encoder = new ConvNet(32, seed: 3);
        EncoderFile.Save(encoder, path);
        EncoderFile.Save(encoder, path);
        using var loaded = EncoderFile.Load(path);
        using var file = SafetensorsFile.Read(path);
        Assert.True(file.Tensors["stage1.conv.weight"].allclose(encoder.state_dict()["stage1.conv.weight"], 0, 0));
    }

    [WindowsFact]
    public void PathsOfWindowsAreWrittenAndRead()
    {
        using var encoder = new ConvNet(32);
        var root = Path.GetPathRoot(folder.Path)!; // C:\
        var rest = Path.GetRelativePath(root, folder.Path);
        var shared = $@"\\localhost\{root[0]}$\";
        var paths = new List<string>
        {
            $@"\\?\{folder.Path}\device.safetensors",
            folder["slashes"].Replace('\\', '/') + "/encoder.safetensors",
            folder["UPPER.safetensors"].ToUpperInvariant(),
        };
        if (Directory.Exists(shared))
            paths.Add($@"{shared}{rest}\unc.safetensors");
        foreach (var path in paths)
        {
            EncoderFile.Save(encoder, path);
            EncoderFile.Load(path).Dispose();
        }
        // The same file, whatever the case of its letters.
        EncoderFile.Load(folder["upper.SAFETENSORS"]).Dispose();
    }

    private sealed class WindowsFactAttribute : FactAttribute
    {
        public WindowsFactAttribute()
        {
            if (!OperatingSystem.IsWindows())
                Skip = "Drives, shares and letters without case are Windows'.";
        }
    }
}
