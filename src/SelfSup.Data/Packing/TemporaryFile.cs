namespace SelfSup.Data;

/// <summary>Files without a lasting name, for what does not fit in memory.</summary>
internal static class TemporaryFile
{
    /// <summary>Creates a file that goes when it is closed, or its process ends.</summary>
    /// <param name="folder">Where; null means the system's folder for such files.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static FileStream Create(string? folder = null)
    {
        var path = Path.Combine(Path.GetFullPath(folder ?? Path.GetTempPath()), $"selfsup-{Guid.NewGuid():N}.tmp");
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, 1 << 20, FileOptions.DeleteOnClose);
        // What has no name goes even when the process is killed; Windows sees to it by the option.
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return file;
    }
}
