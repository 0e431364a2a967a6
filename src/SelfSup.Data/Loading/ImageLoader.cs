namespace SelfSup.Data;

/// <summary>Reads a source in batches, on several threads and ahead of use, in an order that the seed and the epoch alone decide.</summary>
public sealed class ImageLoader
{
    private readonly IImageSource source;
    private readonly ImageLoaderOptions options;
    private readonly SortedDictionary<int, ImageFailure> failures = [];

    /// <summary>Creates a loader.</summary>
    /// <param name="source">The images.</param>
    /// <param name="options">How to read them.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or a batch exceeds 2 GB.</exception>
    public ImageLoader(IImageSource source, ImageLoaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(source.Frames, source.Count);
        this.source = source;
        this.options = options;
        var perBatch = Math.Max(1, Math.Min(options.OwnBatchSize, source.Count));
        Pool = new BufferPool(perBatch * source.Frames * 3 * options.ImageSize * options.ImageSize, options.Prefetch + 2);
        BatchesPerEpoch = options.DropLast && source.Count >= options.BatchSize
            ? source.Count / options.BatchSize
            : (int)(((long)source.Count + options.BatchSize - 1) / options.BatchSize);
    }

    /// <summary>Batches in an epoch, counting those that will be left out because none of their images can be read.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>The images that could not be read so far, each once, in the order of the source.</summary>
    public IReadOnlyList<ImageFailure> Failures
    {
        get
        {
            lock (failures)
                return [.. failures.Values];
        }
    }

    internal BufferPool Pool { get; }

    /// <summary>Reads one epoch. Threads read ahead while the enumeration goes on and end with it.</summary>
    /// <param name="epoch">The epoch, at least 0; with <see cref="ImageLoaderOptions.Shuffle"/> each has its own order.</param>
    /// <param name="firstBatch">The batch to start at, 0..<see cref="BatchesPerEpoch"/>; those before are not read.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>
    /// The batches; the caller disposes each. Unreadable images are left out of their batch and listed in <see cref="Failures"/>;
    /// a batch without any image is left out, unless other processes share it.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The epoch or the first batch is out of range.</exception>
    /// <exception cref="InvalidDataException">
    /// More than <see cref="ImageLoaderOptions.MaxFailureRatio"/> of the images cannot be read.
    /// </exception>
    /// <exception cref="OperationCanceledException">Reading was cancelled.</exception>
    public IEnumerable<ImageBatch> ReadEpoch(int epoch, int firstBatch = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(firstBatch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstBatch, BatchesPerEpoch);
        return Enumerate(OrderOf(epoch), epoch, firstBatch, cancellationToken);
    }

    /// <summary>Reads the images in an order of the caller's, as <see cref="ReadEpoch"/> does in its own.</summary>
    /// <param name="order">As many indices as there are images; some may repeat.</param>
    /// <param name="firstBatch">The batch to start at, 0..<see cref="BatchesPerEpoch"/>; those before are not read.</param>
    /// <param name="epoch">The epoch, which with <see cref="ImageLoaderOptions.RandomSquares"/> decides the places of the squares.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <inheritdoc cref="ReadEpoch"/>
    /// <exception cref="ArgumentException">There are not as many indices, or one is no image's.</exception>
    public IEnumerable<ImageBatch> ReadInOrder(
        IReadOnlyList<int> order, int firstBatch = 0, int epoch = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        if (order.Count != source.Count || order.Any(index => index < 0 || index >= source.Count))
            throw new ArgumentException($"The order needs {source.Count} indices in 0..{source.Count - 1}.", nameof(order));
        ArgumentOutOfRangeException.ThrowIfNegative(firstBatch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstBatch, BatchesPerEpoch);
        return Enumerate(OwnPartOf(Shorten([.. order])), epoch, firstBatch, cancellationToken);
    }

    private IEnumerable<ImageBatch> Enumerate(int[] order, int epoch, int firstBatch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var reader = new EpochReader(source, options, Pool, order, epoch, firstBatch, cancellationToken);
        var limit = new FailureLimit(options.MaxFailureRatio, order.Length);
        while (reader.Take() is { } pending)
        {
            limit.Add(pending.Count, Record(pending));
            // Judged here and not by the workers, so that the same batches are delivered however many they are.
            if (limit.IsExceeded)
            {
                Pool.Return(pending.Pixels);
                throw limit.Error(Failures);
            }
            if (pending.Finish(Pool, keepEmpty: options.Ranks > 1) is { } batch)
                yield return batch;
        }
    }

    private int[] OrderOf(int epoch)
    {
        int[] order = options.Shuffle
            ? EpochShuffle.Draw(source.Count, options.ShuffleWindow, options.Seed, epoch)
            : [.. Enumerable.Range(0, source.Count)];
        return OwnPartOf(Shorten(order));
    }

    // Of every batch the part of this process.
    private int[] OwnPartOf(int[] order) => options.Ranks == 1
        ? order
        : [.. order.Chunk(options.BatchSize).SelectMany(batch => batch.Skip(options.Rank * options.OwnBatchSize).Take(options.OwnBatchSize))];

    private int[] Shorten(int[] order) =>
        order.Length > (long)BatchesPerEpoch * options.BatchSize ? order[..(BatchesPerEpoch * options.BatchSize)] : order;

    private int Record(PendingBatch pending)
    {
        var failed = 0;
        lock (failures)
        {
            foreach (var (index, reason) in pending.Failures)
            {
                failures[index] = new ImageFailure(source.NameOf(index), reason);
                failed++;
            }
        }
        return failed;
    }
}
