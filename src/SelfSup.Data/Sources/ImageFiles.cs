namespace SelfSup.Data;

/// <summary>Tells image files apart by what is cheaply known of them.</summary>
internal static class ImageFiles
{
    private const int FilesRead = 32;

    /// <summary>Adds every file's path below the folder and its length, and the time of its last change if that is wanted.</summary>
    public static void AddTo(Fingerprint fingerprint, string root, IEnumerable<string> names, bool withTimes)
    {
        foreach (var name in names)
        {
            var file = FileTarget.Of(Path.Combine(root, name));
            fingerprint.Add(name);
            fingerprint.Add(file is FileInfo { Exists: true } found ? (ulong)found.Length : ulong.MaxValue);
            if (withTimes)
                fingerprint.Add((ulong)file.LastWriteTimeUtc.Ticks);
        }
    }

    /// <summary>
    /// Adds the content of a few files from all over the list: images that took the names of others may have their lengths too, such as BMP
    /// files of one size.
    /// </summary>
    public static void AddContentTo(Fingerprint fingerprint, string root, IReadOnlyList<string> names)
    {
        var count = Math.Min(FilesRead, names.Count);
        for (var i = 0; i < count; i++)
        {
            try
            {
                using var file = FileBytes.Read(Path.Combine(root, names[(int)((long)i * names.Count / count)]));
                fingerprint.Add(file.Span);
            }
            catch (ImageReadException)
            {
                fingerprint.Add(ulong.MaxValue);
            }
        }
    }
}
