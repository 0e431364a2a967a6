namespace SelfSup.Files;

/// <summary>Writes a file so that a reader, or a restart after a crash, sees the old content or the new, never a part.</summary>
internal static class AtomicFile
{
    /// <summary>Writes under a temporary name in the same folder, flushes to disk, then renames.</summary>
    /// <param name="path">The file to create or replace; its folder is created if missing.</param>
    /// <param name="write">Writes the content. When it fails, the old file stays as it was.</param>
    /// <exception cref="IOException">The disk is full, or another writer has the file's temporary name open.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var target = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        // Always the same name, so that killed runs leave one stray file at most, and the next write takes it over; no user's name for a file.
        var temporary = target + ".selfsup-tmp";
        using var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        try
        {
            write(stream);
            stream.Flush(flushToDisk: true);
            stream.Close();
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            stream.Close();
            File.Delete(temporary);
            throw;
        }
    }
}
