using System.Text.RegularExpressions;

namespace SelfSup.Tests.Architecture;

/// <summary>The sources as they lie in folders, and the types that their files declare.</summary>
internal static partial class SourceTree
{
    /// <summary>Full path of the folder of packages.</summary>
    public static string Root { get; } = Path.Combine(DependencyTests.RepositoryRoot(), "src");

    /// <summary>Lists the sources of a package, or of all.</summary>
    /// <param name="package">The package's name; empty for all.</param>
    /// <returns>Paths below <see cref="Root"/>, with slashes, and texts.</returns>
    public static (string Path, string Text)[] Files(string package = "")
    {
        var files = Directory.EnumerateFiles(Path.Combine(Root, package), "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: Path.GetRelativePath(Root, path).Replace('\\', '/'), Full: path))
            .Where(file => !file.Path.Contains("/obj/") && !file.Path.Contains("/bin/"))
            .OrderBy(file => file.Path, StringComparer.Ordinal);
        return [.. files.Select(file => (file.Path, File.ReadAllText(file.Full)))];
    }

    /// <summary>Finds the folder of every type that a package's files declare.</summary>
    /// <returns>Folders below the package, empty for the package's own, by the types' full names without their arity.</returns>
    public static Dictionary<string, string> FoldersOfTypes(string package)
    {
        var folders = new Dictionary<string, string>();
        foreach (var (path, text) in Files(package))
        {
            var space = Namespace().Match(text).Groups[1].Value;
            foreach (Match type in Declaration().Matches(text))
                folders[$"{space}.{type.Groups[1].Value}"] = FolderOf(path);
        }
        return folders;
    }

    /// <summary>The folder of a file below its package, empty for the package's own.</summary>
    public static string FolderOf(string path) => string.Join('/', path.Split('/')[1..^1]);

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^(?:[a-z]+ )*(?:class|record struct|record|struct|interface|enum|delegate [\w<>?.]+) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
