using System.IO.Enumeration;

namespace SelfSup.Data;

/// <summary>Lists the files of a folder at any depth. Links to folders are followed, but never to one that the link lies in.</summary>
internal static class FolderListing
{
    /// <summary>The full paths of the files with one of the extensions, in upper or lower case, that are not hidden.</summary>
    public static IEnumerable<string> Find(string folder, string[] extensions)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        };
        return new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => entry.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && HasExtension(entry.FileName, extensions),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !IsLoop(ref entry),
        };
    }

    private static bool HasExtension(ReadOnlySpan<char> name, string[] extensions)
    {
        var extension = Path.GetExtension(name);
        foreach (var candidate in extensions)
        {
            if (extension.Equals(candidate, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    private static bool IsLoop(ref FileSystemEntry entry)
    {
        if ((entry.Attributes & FileAttributes.ReparsePoint) == 0)
            return false;
        try
        {
            var target = Resolve(entry.ToFullPath());
            for (var folder = entry.Directory.ToString(); folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (Resolve(folder) == target)
                    return true;
            }
            return false;
        }
        catch (IOException)
        {
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
