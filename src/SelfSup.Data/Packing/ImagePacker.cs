using System.Diagnostics;

namespace SelfSup.Data;

/// <summary>Decodes and resizes the images of a source once and writes them to a file.</summary>
internal static class ImagePacker
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(0.5);

    /// <summary>Tells by one number what is packed: the images, their labels and the names of the classes.</summary>
    public static ulong FingerprintOf(IImageSource source)
    {
        var fingerprint = new Fingerprint(nameof(ImagePacker));
        fingerprint.Add((ulong)source.Count);
        fingerprint.Add(source.GetFingerprint());
        if (source is ILabeledImageSource labeled)
        {
            foreach (var name in labeled.ClassNames)
                fingerprint.Add(name);
            for (var i = 0; i < labeled.Count; i++)
                fingerprint.Add((ulong)labeled.LabelOf(i));
        }
        return fingerprint.Value;
    }

    public static void Pack(
        IImageSource source, ulong fingerprint, string path, PackingOptions options, IProgress<PackingProgress>? progress,
        CancellationToken cancellationToken)
    {
        var reading = options.ToLoaderOptions(source.Frames);
        if (source.Count == 0)
            throw new ArgumentException("There are no images to pack.", nameof(source));
        if (Directory.Exists(path) || Path.EndsInDirectorySeparator(path))
            throw new IOException($"'{path}' is a folder; name a file to pack the images in.");
        if (File.Exists(path) && !PackHeader.HasMagic(path))
            throw new IOException($"'{path}' is there and is no file of packed images; delete it or choose another name.");
        PackTable.CheckRoom(source);

        using var pack = new PartialPack(path, source, fingerprint, reading);
        var limit = new FailureLimit(options.MaxFailureRatio, source.Count);
        var failures = new List<ImageFailure>();
        var done = 0;
        foreach (var block in pack.Blocks)
            Count(block.Indices.Length, block.Failures);

        var buffers = new BufferPool(
            Math.Min(reading.BatchSize, source.Count) * source.Frames * 3 * reading.ImageSize * reading.ImageSize, reading.Prefetch + 1);
        int[] order = [.. Enumerable.Range(0, source.Count)];
        var clock = Stopwatch.StartNew();
        var (doneBefore, lastReport) = (done, TimeSpan.Zero);
        using (var reader = new EpochReader(source, reading, buffers, order, epoch: 0, pack.Blocks.Count, cancellationToken))
        {
            while (reader.Take() is { } pending)
            {
                ImageFailure[] failed = [.. pending.Failures.Select(failure => new ImageFailure(source.NameOf(failure.Index), failure.Reason))];
                using var images = pending.Finish(buffers);
                Count(images?.Count ?? 0, failed);
                pack.Append(images, failed);
                if (done < source.Count && clock.Elapsed - lastReport >= ProgressInterval)
                    Report();
            }
        }
        if (failures.Count == source.Count)
            throw new InvalidDataException($"None of the {source.Count} images can be read, such as {failures[0].Name}: {failures[0].Reason}.");
        pack.Complete(source, fingerprint);
        Report();

        void Count(int read, ImageFailure[] failed)
        {
            failures.AddRange(failed);
            limit.Add(read + failed.Length, failed.Length);
            done += read + failed.Length;
            if (!limit.IsExceeded)
                return;
            // They may be mended by the next run, as when a drive was away.
            pack.ForgetLastFailures();
            throw limit.Error(failures);
        }

        void Report()
        {
            lastReport = clock.Elapsed;
            progress?.Report(new PackingProgress(done, source.Count, failures.Count, (done - doneBefore) / clock.Elapsed.TotalSeconds));
        }
    }
}
