namespace SelfSup.Parquet;

/// <summary>A file without a lasting name that images are written to and then read from.</summary>
internal sealed class TemporaryCopy : IDisposable
{
    private FileStream? file;

    /// <summary>Creates the file.</summary>
    /// <param name="folder">Where; null means the system's folder for such files.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public TemporaryCopy(string? folder)
    {
        var path = Path.Combine(Path.GetFullPath(folder ?? Path.GetTempPath()), $"selfsup-{Guid.NewGuid():N}.images");
        file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, 1 << 20, FileOptions.DeleteOnClose);
        // What has no name goes even when the process is killed; Windows sees to it by the option.
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
    }

    /// <summary>Writes bytes.</summary>
    /// <returns>Where they begin.</returns>
    public long Add(byte[] bytes)
    {
        var start = file!.Position;
        file.Write(bytes);
        return start;
    }

    /// <summary>Hands the file over.</summary>
    public FileStream Take()
    {
        var taken = file!;
        taken.Flush();
        file = null;
        return taken;
    }

    public void Dispose() => file?.Dispose();
}
