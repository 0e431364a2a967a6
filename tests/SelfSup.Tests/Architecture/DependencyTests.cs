using System.Text.RegularExpressions;

namespace SelfSup.Tests.Architecture;

/// <summary>Dependencies run one way: a folder uses only what stands below it.</summary>
public partial class DependencyTests
{
    // The root contract is everyone's; PretextTaskCheck alone looks upwards, for an encoder to check tasks on.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        [""] = ["SelfSup.Data", "SelfSup.Optimization", "SelfSup.Previews", "SelfSup.Runtime"],
        ["Previews"] = ["SelfSup.Data"],
        ["Runtime"] = [],
        ["Optimization"] = [],
        ["Augmentations"] = [],
        ["Onnx"] = [],
        ["Encoders"] = ["SelfSup.Onnx", "SelfSup.Runtime"],
        ["Tasks"] = ["SelfSup.Optimization", "SelfSup.Previews", "SelfSup.Runtime"],
        ["Files"] = ["SelfSup.Encoders", "SelfSup.Data", "SelfSup.Onnx"],
        ["Training"] = ["SelfSup.Augmentations", "SelfSup.Data", "SelfSup.Files", "SelfSup.Optimization", "SelfSup.Previews", "SelfSup.Runtime"],
        ["Transfer"] = ["SelfSup.Augmentations", "SelfSup.Data", "SelfSup.Encoders", "SelfSup.Files", "SelfSup.Onnx", "SelfSup.Runtime"],
    };

    [Fact]
    public void FoldersUseOnlyWhatStandsBelowThem()
    {
        var root = Path.Combine(RepositoryRoot(), "src", "SelfSup");
        var files = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(path => !path.StartsWith("obj/") && !path.StartsWith("bin/") && path != "PretextTaskCheck.cs")
            .ToArray();
        Assert.True(files.Length > 30);
        var wrong = from file in files
                    let folder = file.Contains('/') ? file[..file.IndexOf('/')] : ""
                    from Match match in Reference().Matches(File.ReadAllText(Path.Combine(root, file)))
                    let used = match.Groups[1].Value
                    where used != $"SelfSup.{folder}" && !Allowed[folder].Contains(used)
                    select $"{file} uses {used}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void TheDataLibraryKnowsNoTensors()
    {
        var references = typeof(SelfSup.Data.IImageSource).Assembly.GetReferencedAssemblies().Select(name => name.Name);
        Assert.DoesNotContain("TorchSharp", references);
    }

    [Fact]
    public void NamespacesAreFolders()
    {
        var root = Path.Combine(RepositoryRoot(), "src", "SelfSup");
        foreach (var path in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories).Where(path => !path.Contains("/obj/")))
        {
            var folder = Path.GetRelativePath(root, Path.GetDirectoryName(path)!).Replace('\\', '/');
            // The folders of tasks, of transfer and an encoder's blocks share the namespace of the folder above.
            var expected = folder == "." ? "SelfSup" : folder.StartsWith("Tasks/") ? "SelfSup.Tasks" : folder.StartsWith("Transfer/") ? "SelfSup.Transfer" : folder == "Encoders/Blocks" ? "SelfSup.Encoders" : "SelfSup." + folder.Replace('/', '.');
            Assert.Contains($"namespace {expected};", File.ReadAllText(path));
        }
    }

    internal static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SelfSup.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run from a checkout of the repository.");
    }

    [GeneratedRegex(@"^using (?:static )?(SelfSup\.[A-Za-z.]+);", RegexOptions.Multiline)]
    private static partial Regex Reference();
}
