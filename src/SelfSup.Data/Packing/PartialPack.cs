using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace SelfSup.Data;

/// <summary>
/// A pack in progress: the file "name.partial", which has its records where the finished one has them, and the journal
/// "name.partial.journal". What a killed process has left is held against the journal's checksums before it is gone on with.
/// </summary>
internal sealed class PartialPack : IDisposable
{
    private readonly string path;
    private readonly int side;
    private readonly int frames;
    private readonly PackJournal journal;
    private readonly SafeFileHandle file;
    private long end = PackHeader.RecordsOffset;

    /// <summary>Opens what an earlier run has left of the same pack, or begins.</summary>
    /// <exception cref="IOException">The disk has no room for the file, or another process is packing to it.</exception>
    public PartialPack(string path, IImageSource source, ulong fingerprint, ImageLoaderOptions options)
    {
        this.path = path;
        side = options.ImageSize;
        frames = source.Frames;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // The journal is made first and removed last, so a partial pack without one is none.
        if (File.Exists(PartialPath) && !File.Exists(JournalPath))
            throw new IOException($"'{PartialPath}' is in the way, and packing did not write it. Rename it, or pack to another file.");
        journal = new PackJournal(
            JournalPath, FormattableString.Invariant($"journal 1: {source.Count} images of {(frames == 1 ? "" : $"{frames} frames of ")}side {side} by {options.BatchSize}, {fingerprint:x16}"));
        try
        {
            file = Open((long)source.Count * RecordBytes);
            journal.Truncate(CountIntact());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The blocks that are done.</summary>
    public IReadOnlyList<PackedBlock> Blocks => journal.Blocks;

    private int RecordBytes => frames * 3 * side * side;

    private string PartialPath => path + ".partial";

    private string JournalPath => PartialPath + ".journal";

    /// <summary>Adds the next block.</summary>
    /// <param name="images">The images that could be read; null if there is none.</param>
    /// <param name="failures">The others.</param>
    public void Append(ImageBatch? images, ImageFailure[] failures)
    {
        int[] indices = images is null ? [] : [.. images.Indices];
        var records = images is null ? [] : images.Pixels.AsSpan(0, images.ByteCount);
        var checksums = new ulong[indices.Length];
        for (var i = 0; i < checksums.Length; i++)
            checksums[i] = XxHash3.HashToUInt64(records.Slice(i * RecordBytes, RecordBytes));
        RandomAccess.Write(file, records, end);
        end += records.Length;
        journal.Append(new PackedBlock(indices, checksums, failures));
    }

    /// <summary>Forgets the last blocks as far as they have images that could not be read, so that these are tried again.</summary>
    public void ForgetLastFailures()
    {
        var kept = Blocks.Count;
        while (kept > 0 && Blocks[kept - 1].Failures.Length > 0)
            kept--;
        end = PackHeader.RecordsOffset + ((long)RecordBytes * Blocks.Take(kept).Sum(block => block.Indices.Length));
        journal.Truncate(kept);
    }

    /// <summary>Adds header and table, brings all to disk, and gives the file its name.</summary>
    public void Complete(IImageSource source, ulong fingerprint)
    {
        int[] indices = [.. Blocks.SelectMany(block => block.Indices)];
        var table = PackTable.Make(source, indices, Blocks.SelectMany(block => block.Checksums), [.. source.Failures, .. Blocks.SelectMany(block => block.Failures)]);
        var header = new PackHeader(
            side, frames, indices.Length, source is ILabeledImageSource, fingerprint, table.Length, XxHash3.HashToUInt64(table));
        RandomAccess.Write(file, table, header.TableOffset);
        RandomAccess.SetLength(file, header.TableOffset + table.Length);
        RandomAccess.Write(file, header.ToBytes(), 0);
        RandomAccess.FlushToDisk(file);
        Dispose();
        Replace();
        File.Delete(JournalPath);
    }

    private void Replace()
    {
        try
        {
            File.Move(PartialPath, path, overwrite: true);
        }
        catch (Exception e) when (e is (IOException or UnauthorizedAccessException) && File.Exists(path))
        {
            // Windows does not replace what is open, a mapped file in particular.
            throw new IOException(
                $"'{path}' could not be replaced: it is open, here or in another program, or read-only. Close it and pack again; the "
                + $"images that are packed stand in '{PartialPath}' and are not read once more.", e);
        }
    }

    public void Dispose()
    {
        file?.Dispose();
        journal.Dispose();
    }

    private SafeFileHandle Open(long recordsLength) => journal.Blocks.Count > 0
        ? File.OpenHandle(PartialPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)
        // Space is asked for at once, so that a disk too small is known before the work and not after it.
        : File.OpenHandle(
            PartialPath, FileMode.Create, FileAccess.ReadWrite, FileShare.None, preallocationSize: PackHeader.RecordsOffset + recordsLength);

    /// <summary>Counts the blocks of the journal whose records are in the file, up to the first that is not: a power cut loses some.</summary>
    private int CountIntact()
    {
        var record = new byte[RecordBytes];
        for (var i = 0; i < Blocks.Count; i++)
        {
            var at = end;
            foreach (var checksum in Blocks[i].Checksums)
            {
                if (RandomAccess.Read(file, record, at) < record.Length || XxHash3.HashToUInt64(record) != checksum)
                    return i;
                at += record.Length;
            }
            end = at;
        }
        return Blocks.Count;
    }
}
