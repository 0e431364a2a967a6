namespace SelfSup.Data;

/// <summary>Tells image files apart by what is cheaply known of them.</summary>
internal static class ImageFiles
{
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
}
