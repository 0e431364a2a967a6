namespace SelfSup.Files;

/// <summary>Writes a file so that a reader, or a restart after a crash, sees the old content or the new, never a part.</summary>
internal static class AtomicFile
{
    // On Windows a file that another program has open cannot be replaced. Virus scanners and indexers have it so for a moment.
    private const int Attempts = 40;
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Writes under a temporary name in the same folder, flushes to disk, then renames.</summary>
    /// <param name="path">The file to create or replace; its folder is created if missing.</param>
    /// <param name="write">Writes the content. When it fails, the old file stays as it was.</param>
    /// <exception cref="IOException">
    /// The disk is full, another writer has the file's temporary name open, or on Windows another program has the file open, still after
    /// two seconds; the message names it.
    /// </exception>
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
            Replace(temporary, target);
        }
        catch
        {
            stream.Close();
            File.Delete(temporary);
            throw;
        }
    }

    private static void Replace(string temporary, string target)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                File.Move(temporary, target, overwrite: true);
                return;
            }
            catch (Exception e) when (OperatingSystem.IsWindows() && e is (IOException or UnauthorizedAccessException) && File.Exists(target))
            {
                if (attempt == Attempts)
                {
                    throw new IOException(
                        $"'{target}' could not be replaced: another program has it open, or it is read-only. It is as it was.", e);
                }
#pragma warning disable RS0030 // nobody tells when a file is closed
                Thread.Sleep(pause);
#pragma warning restore RS0030
            }
        }
    }
}
