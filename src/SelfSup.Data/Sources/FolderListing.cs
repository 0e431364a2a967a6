using System.Collections.Frozen;
using System.IO.Enumeration;

namespace SelfSup.Data;

/// <summary>The images below a folder, at any depth, and what was found beside them.</summary>
internal sealed class FolderListing
{
    private static readonly EnumerationOptions visible = new()
    {
        IgnoreInaccessible = false,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
    };

    private readonly FrozenSet<string> unreadKinds;
    private readonly Stack<string> toVisit = [];

    private FolderListing(string root, FrozenSet<string> unreadKinds)
    {
        Root = root;
        this.unreadKinds = unreadKinds;
        var names = new List<string>();
        for (toVisit.Push(""); toVisit.TryPop(out var folder);)
            Visit(folder, names);
        names.Sort(StringComparer.Ordinal);
        Names = [.. names];
    }

    /// <summary>The folder's full path.</summary>
    public string Root { get; }

    /// <summary>The images' paths below the folder, with slashes, in ordinal order.</summary>
    public string[] Names { get; }

    /// <summary>What may well hold images and is not read.</summary>
    public LeftOut LeftOut { get; } = new();

    /// <summary>The sub-folders of the first level that are not passed over.</summary>
    public List<string> SubFolders { get; } = [];

    /// <summary>Lists a folder. Links to folders are followed, but never to one that the link lies in.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="unreadKinds">The ends of names of files that are not read and must be told of.</param>
    /// <returns>The listing, with at least one image.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    /// <exception cref="InvalidDataException">There is no image in it; the message says what is.</exception>
    public static FolderListing Of(string folder, FrozenSet<string> unreadKinds)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var root = Path.GetFullPath(folder);
        if (!Directory.Exists(root))
            throw new DirectoryNotFoundException($"There is no folder '{root}'.");
        var listing = new FolderListing(root, unreadKinds);
        if (listing.Names.Length == 0)
        {
            throw new InvalidDataException(
                $"There is no image in '{root}': no file that ends in {string.Join(", ", ImageKinds.Read)}. {listing.LeftOut.FoundInstead}");
        }
        return listing;
    }

    private void Visit(string folder, List<string> names)
    {
        try
        {
            foreach (var (name, isFolder, isLink) in Enumerate(Path.Combine(Root, folder)))
                Sort(folder.Length == 0 ? name : $"{folder}/{name}", isFolder, isLink, names);
        }
        catch (Exception e) when (folder.Length > 0 && e is UnauthorizedAccessException or IOException)
        {
            LeftOut.AddFolder(folder, e);
        }
    }

    private static FileSystemEnumerable<(string Name, bool IsFolder, bool IsLink)> Enumerate(string path) =>
        new(path, (ref FileSystemEntry entry) => (
            entry.FileName.ToString(), entry.IsDirectory, entry.IsDirectory && (entry.Attributes & FileAttributes.ReparsePoint) != 0), visible)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !SystemNames.Contains(entry.FileName),
        };

    private void Sort(string name, bool isFolder, bool isLink, List<string> names)
    {
        var isLost = name.Contains('\uFFFD') && !Path.Exists(Path.Combine(Root, name));
        if (isFolder)
        {
            if (!name.Contains('/'))
                SubFolders.Add(name);
            if (isLost)
                LeftOut.AddForeignName(name);
            else if (!isLink || !IsLoop(name))
                toVisit.Push(name);
        }
        else if (ImageKinds.IsRead(name) && !isLost)
            names.Add(name);
        else if (ImageKinds.IsRead(name))
            LeftOut.AddForeignName(name);
        else
            LeftOut.AddFile(name, isUnreadKind: ImageKinds.Contains(unreadKinds, name));
    }

    private bool IsLoop(string name)
    {
        try
        {
            var target = Resolve(Path.Combine(Root, name));
            for (var folder = Path.GetDirectoryName(Path.Combine(Root, name)); folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (Resolve(folder) == target)
                    return true;
            }
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LeftOut.AddFolder(name, e);
            return true;
        }
    }

    /// <summary>The path of a folder without links.</summary>
    private static string Resolve(string path)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
            return path;
        var name = Path.Combine(Resolve(parent), Path.GetFileName(path));
        return Directory.ResolveLinkTarget(name, returnFinalTarget: true) is { } target ? Resolve(target.FullName) : name;
    }
}
