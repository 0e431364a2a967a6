using System.IO.Compression;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Transfer;

namespace SelfSup.Tests.Transfer;

/// <summary>Folders that users reported, from the shared data folder, where there is one above the tests.</summary>
public class ReportedFoldersTests
{
    [ReportedFact]
    public void AClassWhoseFilesCannotBeReadIsRefusedByName()
    {
        using var folder = new TemporaryFolder();
        ZipFile.ExtractToDirectory(ReportedFactAttribute.ZipPath!, folder.Path);
        var path = Directory.GetDirectories(folder.Path, "probe_class_unreadable", SearchOption.AllDirectories).Single();
        using var encoder = new ConvNet(16);
        var (train, test) = (LabeledImageFolder.Open(Path.Combine(path, "train")), LabeledImageFolder.Open(Path.Combine(path, "test")));
        foreach (var action in (Action[])[() => LinearProbe.Fit(encoder, train), () => LinearProbe.Evaluate(encoder, train, test)])
        {
            var message = Assert.Throws<InvalidDataException>(action).Message;
            Assert.Contains("None of the 3 training images of the class 'bird'", message);
            Assert.Contains("bird/0.jpg", message);
        }
    }

    private sealed class ReportedFactAttribute : FactAttribute
    {
        public ReportedFactAttribute()
        {
            if (ZipPath is null)
                Skip = "No shared/data/reported-cases.zip above the tests.";
        }

        public static string? ZipPath { get; } = Find();

        private static string? Find()
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                var path = Path.Combine(folder.FullName, "shared", "data", "reported-cases.zip");
                if (File.Exists(path))
                    return path;
            }
            return null;
        }
    }
}
