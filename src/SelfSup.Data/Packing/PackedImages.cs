using System.IO.Hashing;

namespace SelfSup.Data;

/// <summary>
/// Images that were decoded and resized once and lie side by side in one memory-mapped file, so that every epoch reads them without
/// decoding. The file may be larger than memory. While it is open it must not be written to; to pack anew over it is safe on Linux
/// and macOS, and an error on Windows.
/// </summary>
/// <remarks>
/// <para>The file, version 1. Numbers are little-endian, checksums are XxHash3 of 64 bits.</para>
/// <list type="bullet">
/// <item>Header, 64 bytes: "SSPACKED"; int32 version; int32 flags, of which bit 0 says that there are labels, and bits 8 to 23 are the
/// frames of each image less one; int32 side; int32 count; uint64 fingerprint of the source; int64 offset and int64 length of the table; uint64 checksum of the table; uint64 checksum of the
/// header so far. Zeros follow up to byte 4096.</item>
/// <item>Records: for every image its red, green and blue plane, 3 x side x side bytes, frame after frame of a clip, without
/// gaps, in the order of the source.</item>
/// <item>Table: the uint64 checksum of every record; the int32 label of every image, if there are labels; then lists of texts: the
/// images' names, the classes' names, the names of the images that could not be read, and the reasons why. A list is the int32 number
/// of its texts, for every text the int32 offset of its end, and all texts as UTF-8. The file ends with the table.</item>
/// </list>
/// </remarks>
public class PackedImages : IImageSource, IDisposable
{
    private const int ReadAhead = 64;

    private readonly PackHeader header;
    private readonly MappedFile map;

    private protected PackedImages(string path, PackHeader header, PackTable table, MappedFile map)
    {
        Path = path;
        this.header = header;
        this.map = map;
        Table = table;
    }

    /// <summary>The full path of the file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public int Count => header.Count;

    /// <inheritdoc/>
    public int Frames => header.Frames;

    /// <summary>The file, the side of its images, and how many were left out of it.</summary>
    public string Description =>
        $"{Path}, central squares packed at {ImageSize} pixels" + (Failures.Count > 0 ? $" without {Failures.Count} that could not be read" : "");

    /// <summary>Side in pixels of the images as they are stored.</summary>
    public int ImageSize => header.Side;

    /// <summary>
    /// What the source had left out itself, then its images that could not be read when it was packed, in its order; they are not in the file.
    /// </summary>
    public IReadOnlyList<ImageFailure> Failures => Table.Failures;

    internal ulong SourceFingerprint => header.Fingerprint;

    private protected PackTable Table { get; }

    /// <summary>Opens a file. Its header and table are checked; <see cref="Verify"/> checks the images.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The images; a <see cref="LabeledPackedImages"/> if the file has labels. Disposing them closes the file.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no file of packed images, truncated, damaged, or of another version.</exception>
    public static PackedImages Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var full = System.IO.Path.GetFullPath(path);
        if (!File.Exists(full))
            throw new FileNotFoundException($"There is no '{full}'; pack images to it first.", full);
        var file = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            var header = PackHeader.Read(file);
            var table = new byte[header.TableLength];
            file.Position = header.TableOffset;
            file.ReadExactly(table);
            if (XxHash3.HashToUInt64(table) != header.TableChecksum)
                throw new InvalidDataException("its table is damaged");
            var contents = new PackTable(header, table);
            return header.IsLabeled
                ? new LabeledPackedImages(full, header, contents, new MappedFile(file))
                : new PackedImages(full, header, contents, new MappedFile(file));
        }
        catch (Exception error)
        {
            file.Dispose();
            if (error is InvalidDataException or EndOfStreamException)
                throw new InvalidDataException($"'{full}' cannot be used: {error.Message}. Pack the images again, or name another file.", error);
            throw;
        }
    }

    /// <summary>Opens a file if it was packed from these images, at this side; else packs them to it first.</summary>
    /// <param name="source">The images. <see cref="IImageSource.GetFingerprint"/> tells whether they have changed.</param>
    /// <param name="path">The file. One that is damaged, or holds other images, is replaced; one of another kind is refused.</param>
    /// <param name="options">How to pack.</param>
    /// <param name="progress">Receives where packing stands; nothing if the file can be used.</param>
    /// <param name="cancellationToken">Stops packing; to pack again goes on from there.</param>
    /// <returns>The images, as <see cref="Open"/> returns them.</returns>
    /// <inheritdoc cref="PackAsync"/>
    public static Task<PackedImages> OpenOrPackAsync(
        IImageSource source, string path, PackingOptions options, IProgress<PackingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        RunAsync(source, path, options, cancellationToken, (fingerprint, full) =>
        {
            if (OpenIfPackedFrom(fingerprint, full, options.ImageSize, source.Frames) is { } packed)
                return packed;
            ImagePacker.Pack(source, fingerprint, full, options, progress, cancellationToken);
            return Open(full);
        });

    /// <summary>
    /// Decodes and resizes the images of a source and writes them to a file, with their names and, if it is an
    /// <see cref="ILabeledImageSource"/>, their labels. Unreadable images are left out and listed in the file.
    /// </summary>
    /// <remarks>
    /// The file appears under its name when it is complete and on disk; till then its bytes are in "path.partial". A run that was
    /// cancelled or killed leaves that and "path.partial.journal", and the next run, with the same images and side, goes on from the
    /// last block of about 4 MB that is listed in the journal and agrees with the checksums there. Its file is the same, byte for
    /// byte, as one of a run that was not stopped. Unreadable images of the earlier run are not tried again.
    /// </remarks>
    /// <param name="source">The images, at least one.</param>
    /// <param name="path">The file; its folder is made if need be. An older file of packed images is replaced, another refused.</param>
    /// <param name="options">How to pack.</param>
    /// <param name="progress">Receives where packing stands.</param>
    /// <param name="cancellationToken">Stops packing; to pack again goes on from there.</param>
    /// <returns>A task that ends when the file is complete.</returns>
    /// <exception cref="ArgumentException">There are no images, their names take more than 2 GB, or an option is out of its range.</exception>
    /// <exception cref="InvalidDataException">
    /// More than <see cref="PackingOptions.MaxFailureRatio"/> of the images cannot be read.
    /// </exception>
    /// <exception cref="IOException">
    /// The file cannot be written: the disk is too small, a file of another kind has its name, or another process packs to it.
    /// </exception>
    /// <exception cref="OperationCanceledException">Packing was cancelled.</exception>
    public static Task PackAsync(
        IImageSource source, string path, PackingOptions options, IProgress<PackingProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        RunAsync(source, path, options, cancellationToken, (fingerprint, full) =>
        {
            ImagePacker.Pack(source, fingerprint, full, options, progress, cancellationToken);
            return true;
        });

    /// <inheritdoc/>
    public string NameOf(int index)
    {
        Check(index);
        return Table.NameOf(index);
    }

    /// <summary>Reads one image: a copy when <paramref name="size"/> is <see cref="ImageSize"/>, else it is resized.</summary>
    /// <param name="index">The image, 0..<see cref="Count"/>-1.</param>
    /// <param name="size">Side of the square in pixels.</param>
    /// <param name="pixels">Receives the red, green and blue plane of every frame, <see cref="Frames"/> x 3 x size x size bytes.</param>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public void Read(int index, int size, Span<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Check(index);
        using var bytes = map.Acquire();
        bytes.Prefetch(OffsetOf(index), header.RecordBytes);
        Resampler.Current.ResizePlanar(bytes.Slice(OffsetOf(index), header.RecordBytes), ImageSize, size, pixels, 3 * Frames);
    }

    /// <inheritdoc/>
    public void Prefetch(int first, int count)
    {
        Check(first);
        Check(first + count - 1);
        using var bytes = map.Acquire();
        bytes.Prefetch(OffsetOf(first), (long)count * header.RecordBytes);
    }

    /// <summary>The checksum of the table, which has one of every record.</summary>
    /// <returns>The number.</returns>
    public ulong GetFingerprint() => header.TableChecksum;

    /// <summary>Reads the whole file and holds every image against its checksum.</summary>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="InvalidDataException">An image is damaged; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public void Verify(CancellationToken cancellationToken = default)
    {
        using var bytes = map.Acquire();
        for (var i = 0; i < Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bytes.Prefetch(OffsetOf(Math.Min(i + ReadAhead, Count - 1)), header.RecordBytes);
            if (XxHash3.HashToUInt64(bytes.Slice(OffsetOf(i), header.RecordBytes)) != Table.ChecksumOf(i))
                throw new InvalidDataException($"'{Path}' is damaged in {NameOf(i)}; delete it and pack the images again.");
        }
    }

    /// <summary>Closes the file. Reads in progress end first.</summary>
    public void Dispose()
    {
        map.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void Check(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The file has {Count} images.");
    }

    private long OffsetOf(int index) => PackHeader.RecordsOffset + (long)index * header.RecordBytes;

    private static Task<T> RunAsync<T>(
        IImageSource source, string path, PackingOptions options, CancellationToken cancellationToken, Func<ulong, string, T> run)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        // The fingerprint is taken first: images that change while they are packed make the file out of date.
        return Task.Factory.StartNew(
            () => run(ImagePacker.FingerprintOf(source), System.IO.Path.GetFullPath(path)),
            cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static PackedImages? OpenIfPackedFrom(ulong fingerprint, string path, int side, int frames)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var packed = Open(path);
            if (packed.SourceFingerprint == fingerprint && packed.ImageSize == side && packed.Frames == frames)
                return packed;
            packed.Dispose();
        }
        catch (InvalidDataException)
        {
            // Packing replaces a damaged file, and refuses to replace one of another kind.
        }
        return null;
    }
}
