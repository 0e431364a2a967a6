using System.Reflection;
using System.Text.RegularExpressions;
using SelfSup.Data;

namespace SelfSup.Tests.Architecture;

/// <summary>Dependencies run one way: a folder uses only what stands below it, judged by the types in the built assembly.</summary>
public partial class DependencyTests
{
    private const string Package = "SelfSup", Contract = "", Data = "Data";

    // Who may use whom: a whole folder, or one type of it. The contract, which is the files that lie in no folder, is everyone's.
    private static readonly Dictionary<string, string[]> allowed = new()
    {
        [Contract] =
        [
            "Augmentations", "Distributed", "Losses", "Optimization", "Previews", "Runtime", "Encoders.EncoderTwin", "Encoders.EvaluationMode", "Encoders.Stem",
            "Encoders.StemSizes",
        ],
        ["Distributed"] = [],
        ["Runtime"] = ["Data.ImageBatch"],
        ["Previews"] = ["Data.PngFile"],
        ["Onnx"] = [],
        ["Losses"] = ["Runtime"],
        ["Heads"] = ["Distributed", "Runtime"],
        ["Optimization"] = ["Runtime"],
        ["Augmentations"] = ["Runtime"],
        ["Encoders"] = ["Distributed", "Onnx", "Runtime"],
        ["Files"] = ["Encoders", "Onnx", "Runtime.Settings"],
        ["Tasks"] =
        [
            "Augmentations", "Distributed", "Encoders.EvaluationMode", "Encoders.PositionTable", "Encoders.TokenOrder", "Encoders.TransformerBlock",
            "Files.EncoderMetadata", "Files.WeightsFingerprint", "Heads", "Losses", "Optimization", "Previews", "Runtime",
        ],
        ["Training"] = ["Augmentations", Data, "Distributed", "Encoders.EvaluationMode", "Files", "Optimization", "Previews", "Runtime"],
        ["Comparisons"] = [Data, "Encoders.EncoderCatalog", "Encoders.EncoderPair", "Files", "Optimization", "Runtime", "Tasks", "Training", "Transfer"],
        ["Transfer"] = ["Augmentations", Data, "Encoders", "Files", "Onnx", "Optimization", "Runtime"],
        ["Curation"] = [Data, "Files.AtomicFile", "Tasks.SphericalKMeans", "Transfer"],
        ["Testing"] = ["Augmentations", "Encoders", "Runtime"],
    };

    [Fact]
    public void FoldersUseOnlyWhatStandsBelowThem()
    {
        var arrows = Arrows().ToArray();
        Assert.True(arrows.Length > 100, $"{arrows.Length} arrows");
        var wrong = arrows.Where(arrow => !IsAllowed(arrow.From, arrow.To, arrow.Used));
        var list = string.Join('\n', wrong.Select(arrow => $"{arrow.User} uses {arrow.Used}").Order());
        Assert.True(list.Length == 0, list);
    }

    [Fact]
    public void EveryTypeIsFoundInAFile()
    {
        var folders = SourceTree.FoldersOfTypes(Package);
        var built = typeof(Encoder).Assembly.GetTypes()
            .Where(type => !type.IsNested && type.Namespace?.StartsWith(Package, StringComparison.Ordinal) == true)
            .Select(type => $"{type.Namespace}.{type.Name.Split('`')[0]}");
        Assert.DoesNotContain(built, type => !folders.ContainsKey(type));
    }

    [Fact]
    public void TheDataLibraryKnowsNoTensors()
    {
        var references = typeof(IImageSource).Assembly.GetReferencedAssemblies().Select(name => name.Name);
        Assert.DoesNotContain(references, name => name!.StartsWith("Torch", StringComparison.Ordinal) || name == Package);
    }

    [Fact]
    public void NamespacesAreFolders()
    {
        foreach (var (path, text) in SourceTree.Files(Package))
        {
            var folder = SourceTree.FolderOf(path);
            // Within these a folder sorts the files of one namespace.
            var room = SharedNamespaces().Match(folder) is { Success: true } match ? match.Value : folder;
            var expected = room.Length == 0 ? Package : $"{Package}.{room.Replace('/', '.')}";
            Assert.True(text.Contains($"\nnamespace {expected};\n") || text.StartsWith($"namespace {expected};\n"), $"{path} is not of {expected}");
        }
    }

    internal static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SelfSup.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run from a checkout of the repository.");
    }

    private static bool IsAllowed(string from, string to, string used) =>
        allowed.TryGetValue(from, out var below) && (below.Contains(to) || below.Contains($"{to}.{used.Split('.')[^1]}"));

    /// <summary>Every use of a type by a type of another first-level folder, or of the data library.</summary>
    private static IEnumerable<(string From, string User, string To, string Used)> Arrows()
    {
        var folders = SourceTree.FoldersOfTypes(Package).ToDictionary(pair => pair.Key, pair => pair.Value.Split('/')[0]);
        foreach (var type in typeof(IImageSource).Assembly.GetTypes().Where(type => !type.IsNested && type.Namespace is not null))
            folders.TryAdd($"{type.Namespace}.{type.Name.Split('`')[0]}", Data);
        using var assembly = new AssemblyTypes(typeof(Encoder).Assembly);
        return
        [
            .. from use in assembly.Uses()
               where folders.ContainsKey(use.User) && folders.ContainsKey(use.Used)
               let arrow = (From: folders[use.User], use.User, To: folders[use.Used], use.Used)
               where arrow.From != arrow.To && arrow.To != Contract
               select arrow,
        ];
    }

    [GeneratedRegex("^(Tasks|Training|Transfer|Curation|Encoders(?=/Blocks))")]
    private static partial Regex SharedNamespaces();
}
