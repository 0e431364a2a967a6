namespace SelfSup.Data;

/// <summary>What lies below a folder beside its images, and which part of it may well be images that are missed.</summary>
internal sealed class LeftOut
{
    private const int Named = 3;
    private readonly SortedDictionary<string, int> files = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> unreadKinds = new(StringComparer.Ordinal);
    private readonly List<string> closedFolders = [];
    private readonly List<string> foreignNames = [];
    private readonly List<ImageFailure> failures = [];

    /// <summary>Every file and folder that may well hold images, with the reason why it is not read, by name.</summary>
    public IReadOnlyList<ImageFailure> Failures => [.. failures.OrderBy(failure => failure.Name, StringComparer.Ordinal)];

    /// <summary>What is missed, after a semicolon, for a description; empty if nothing is.</summary>
    public string Note => failures.Count == 0 ? "" : $"; left out: {List(unreadKinds)}";

    /// <summary>A sentence on what a folder without images holds.</summary>
    public string FoundInstead
    {
        get
        {
            if (files.Count == 0 && failures.Count == 0)
                return "It is empty, but for what is hidden.";
            var remedy = unreadKinds.Keys.Any(ImageKinds.IsVideo) ? "make folders of their frames" : "convert them to JPEG or PNG";
            return $"What it holds instead: {List(files)}."
                + (unreadKinds.Count > 0 ? $" Files that end in {string.Join(", ", unreadKinds.Keys)} are not read; {remedy}." : "");
        }
    }

    /// <summary>Names the first few of a list.</summary>
    public static string Name(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(Named)) + (names.Count > Named ? $" and {names.Count - Named} more" : "");

    public void AddFile(string name, bool isUnreadKind)
    {
        var kind = Path.GetExtension(name).ToLowerInvariant();
        files[kind] = files.GetValueOrDefault(kind) + 1;
        if (!isUnreadKind)
            return;
        unreadKinds[kind] = unreadKinds.GetValueOrDefault(kind) + 1;
        failures.Add(new(name, $"files that end in {kind} are not read"));
    }

    public void AddFolder(string name, Exception error)
    {
        closedFolders.Add(name);
        failures.Add(new(name, error is UnauthorizedAccessException ? "the folder may not be entered" : $"the folder cannot be read: {error.Message}"));
    }

    public void AddForeignName(string name)
    {
        foreignNames.Add(name);
        failures.Add(new(name, "its name is not UTF-8, so that it cannot be opened; rename it"));
    }

    private string List(IEnumerable<KeyValuePair<string, int>> kinds)
    {
        var parts = kinds.OrderByDescending(kind => kind.Value)
            .Select(kind => $"{kind.Value} {(kind.Key.Length == 0 ? "" : $"{kind.Key} ")}{(kind.Value == 1 ? "file" : "files")}"
                + (kind.Key.Length == 0 ? " without an extension" : ""))
            .ToList();
        const int kindsNamed = 8;
        if (parts.Count > kindsNamed)
            parts = [.. parts.Take(kindsNamed), $"files of {parts.Count - kindsNamed} more kinds"];
        if (closedFolders.Count > 0)
            parts.Add($"{closedFolders.Count} {(closedFolders.Count == 1 ? "folder" : "folders")} that may not be entered ({Name(closedFolders)})");
        if (foreignNames.Count > 0)
            parts.Add($"{foreignNames.Count} {(foreignNames.Count == 1 ? "name that is" : "names that are")} not UTF-8 ({Name(foreignNames)})");
        return string.Join(", ", parts);
    }
}
