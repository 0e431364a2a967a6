namespace SelfSup.Data;

/// <summary>Finds image files below a folder and tells them apart by what is cheaply known of them.</summary>
internal static class ImageFiles
{
    private static readonly string[] extensions = [".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".apng", ".tif", ".tiff"];

    /// <summary>Lists the image files of a folder, at any depth: not hidden, and known by their extension.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The folder's full path, and the files' paths below it, with slashes, in ordinal order.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">There is no image in it.</exception>
    public static (string Root, string[] Names) List(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var root = Path.GetFullPath(folder);
        if (!Directory.Exists(root))
            throw new DirectoryNotFoundException($"There is no folder '{root}'.");
        var names = FolderListing.Find(root, extensions)
            .Select(file => Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (names.Length == 0)
            throw new InvalidDataException($"There is no image in '{root}': no file that ends in {string.Join(", ", extensions)}.");
        return (root, names);
    }

    /// <summary>Adds every file's path below the folder and its length, and the time of its last change if that is wanted.</summary>
    public static void AddTo(Fingerprint fingerprint, string root, IEnumerable<string> names, bool withTimes)
    {
        foreach (var name in names)
        {
            var file = new FileInfo(Path.Combine(root, name));
            fingerprint.Add(name);
            fingerprint.Add(file.Exists ? (ulong)file.Length : ulong.MaxValue);
            if (withTimes)
                fingerprint.Add((ulong)file.LastWriteTimeUtc.Ticks);
        }
    }

    /// <summary>Sorts images of a folder into classes by its first-level sub-folders.</summary>
    /// <param name="root">The folder, for errors.</param>
    /// <param name="names">The images' paths below it, with slashes.</param>
    /// <param name="what">What the images are, for errors.</param>
    /// <returns>The sub-folders in ordinal order, and the place of every image's among them.</returns>
    /// <exception cref="InvalidDataException">There are images outside the sub-folders, or fewer than two classes.</exception>
    public static (string[] ClassNames, int[] Labels) ReadClasses(string root, IReadOnlyList<string> names, string what = "images")
    {
        var classOf = new string[names.Count];
        for (var i = 0; i < classOf.Length; i++)
        {
            var slash = names[i].IndexOf('/', StringComparison.Ordinal);
            if (slash < 0)
                throw new InvalidDataException($"'{names[i]}' lies in '{root}' itself, not in the sub-folder of a class.");
            classOf[i] = names[i][..slash];
        }
        var classNames = classOf.Distinct().Order(StringComparer.Ordinal).ToArray();
        if (classNames.Length < 2)
            throw new InvalidDataException(
                $"'{root}' has {what} in one sub-folder only, '{classNames[0]}'; make one for each of two classes or more.");
        return (classNames, [.. classOf.Select(name => Array.BinarySearch(classNames, name, StringComparer.Ordinal))]);
    }
}
