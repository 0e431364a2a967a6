using System.Formats.Tar;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Transfer;
using SelfSup.Usage.Tests.Programs;

namespace SelfSup.Tool.Tests;

/// <summary>A folder for the tool to work on: few small images, one of them damaged and one there twice, an encoder and a classifier; the images also in a tar, and some in a list.</summary>
public sealed class ToolFolder : IDisposable
{
    /// <summary>Begins names of files as they are given on command lines.</summary>
    private const char Mark = '@';

    private readonly TemporaryFolder folder = new();

    public ToolFolder()
    {
        SampleFolders.DrawPhotos(folder["photos"]);
        using (var encoder = new ConvNet(imageSize: 32, seed: 1))
        {
            EncoderFile.Save(encoder, folder["encoder.safetensors"]);
            using var classifier = LinearProbe.Fit(encoder, LabeledImageFolder.Open(folder["photos"]), new() { Strengths = [0.1] });
            classifier.Save(folder["classifier.safetensors"]);
            classifier.ExportOnnx(folder["classifier.onnx"]);
        }
        File.Copy(folder["photos/left/000.png"], folder["photos/right/copy.png"]);
        File.WriteAllText(folder["photos/left/damaged.png"], "no picture");
        File.WriteAllText(folder["note.txt"], "mine");
        TarFile.CreateFromDirectory(folder["photos"], folder["photos.tar"], includeBaseDirectory: false);
        File.WriteAllLines(folder["list.txt"], Directory.GetFiles(folder["photos/left"], "0*.png"));
    }

    public string this[string name] => folder[name];

    /// <summary>The words of a command line; those that begin with @ are names in this folder.</summary>
    public IEnumerable<string> Words(string commandLine) =>
        commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word[0] == Mark ? folder[word[1..]] : word);

    public void Dispose() => folder.Dispose();
}
