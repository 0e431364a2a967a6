using SelfSup.Data;

namespace SelfSup.Parquet;

/// <summary>A file without a lasting name that images are written to and then read from.</summary>
internal sealed class TemporaryCopy : IDisposable
{
    private FileStream? file;

    /// <summary>Creates the file.</summary>
    /// <param name="folder">Where; null means the system's folder for such files.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public TemporaryCopy(string? folder) => file = TemporaryFile.Create(folder);

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
