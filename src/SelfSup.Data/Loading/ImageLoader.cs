using System.Collections.Concurrent;

namespace SelfSup.Data;

/// <summary>Reads an image source in batches, by several threads ahead of its consumer.</summary>
/// <remarks>
/// What is delivered depends on the seed and the epoch alone, whatever the number of workers. Workers read straight into the
/// batches' buffers, which are reused. An image that cannot be read is left out of its batch and listed in <see cref="Failures"/>.
/// </remarks>
public sealed class ImageLoader
{
    private const int TriedBeforeStopping = 20;
    private readonly IImageSource source;
    private readonly ImageLoaderOptions options;
    private readonly ConcurrentBag<byte[]> buffers = [];
    private readonly ConcurrentDictionary<int, string> failures = new();

    /// <summary>Creates a loader.</summary>
    /// <param name="source">Where images come from.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public ImageLoader(IImageSource source, ImageLoaderOptions options)
    {
        options.Validate();
        (this.source, this.options) = (source, options);
    }

    /// <summary>Batches of an epoch.</summary>
    public int BatchesPerEpoch
    {
        get
        {
            var full = source.Count / options.BatchSize;
            var rest = source.Count % options.BatchSize > 0;
            return full + (rest && (full == 0 || !options.DropLast) ? 1 : 0);
        }
    }

    /// <summary>The images that could not be read so far, in the order of the source.</summary>
    public IReadOnlyList<ImageFailure> Failures =>
        [.. failures.OrderBy(failure => failure.Key).Select(failure => new ImageFailure(source.NameOf(failure.Key), failure.Value))];

    /// <summary>Reads an epoch. Dispose every batch; a batch of which no image could be read is left out.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="firstBatch">Batches to skip without reading them, for a run that resumes.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The batches in order.</returns>
    /// <exception cref="InvalidDataException">More than <see cref="ImageLoaderOptions.MaxFailureRatio"/> of the images cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Reading was cancelled.</exception>
    public IEnumerable<ImageBatch> ReadEpoch(int epoch, int firstBatch = 0, CancellationToken cancellationToken = default)
    {
        var order = EpochOrder.Of(source.Count, options.Shuffle, options.Seed, epoch);
        var last = BatchesPerEpoch;
        if (firstBatch >= last)
            yield break;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var work = new BlockingCollection<(PendingBatch Batch, int Place)>();
        var threads = Enumerable.Range(0, options.Workers).Select(_ => StartWorker(work, stop.Token)).ToArray();
        var ahead = new Queue<PendingBatch>();
        var (next, tried, failed) = (firstBatch, 0, 0);
        try
        {
            while (true)
            {
                while (next < last && ahead.Count < options.Prefetch)
                {
                    var batch = new PendingBatch(TakeBuffer(), [.. order.Skip(next * options.BatchSize).Take(options.BatchSize)]);
                    next++;
                    ahead.Enqueue(batch);
                    for (var place = 0; place < batch.Indices.Length; place++)
                        work.Add((batch, place), CancellationToken.None);
                }
                if (!ahead.TryDequeue(out var pending))
                    break;
                pending.Wait(stop.Token);
                tried += pending.Indices.Length;
                failed += pending.Failures;
                if (tried >= TriedBeforeStopping || ahead.Count == 0)
                    StopWhenTooManyFailed(tried, failed);
                var delivered = Compact(pending);
                if (delivered.Count > 0)
                    yield return delivered;
                else
                    delivered.Dispose();
            }
        }
        finally
        {
            stop.Cancel();
            foreach (var thread in threads)
                thread.Join();
        }
    }

    private Thread StartWorker(BlockingCollection<(PendingBatch Batch, int Place)> work, CancellationToken stop)
    {
        var thread = new Thread(() =>
        {
            try
            {
                foreach (var (batch, place) in work.GetConsumingEnumerable(stop))
                    Read(batch, place);
            }
            catch (OperationCanceledException)
            {
                // The epoch is over, or its consumer went away.
            }
        })
        { IsBackground = true, Name = "SelfSup image loader" };
        thread.Start();
        return thread;
    }

    private void Read(PendingBatch batch, int place)
    {
        var index = batch.Indices[place];
        try
        {
            source.Read(index, options.ImageSize, batch.Pixels.AsSpan(place * ImageBytes, ImageBytes));
            batch.Finish(place, readable: true);
        }
        catch (Exception e) when (e is ImageReadException or IOException or UnauthorizedAccessException)
        {
            failures[index] = e.Message;
            batch.Finish(place, readable: false);
        }
        catch (Exception e)
        {
            batch.Fail(e);
        }
    }

    private int ImageBytes => 3 * options.ImageSize * options.ImageSize;

    private byte[] TakeBuffer() =>
        buffers.TryTake(out var buffer) ? buffer : GC.AllocateUninitializedArray<byte>(options.BatchSize * ImageBytes);

    /// <summary>Closes the gaps that unreadable images left.</summary>
    private ImageBatch Compact(PendingBatch pending)
    {
        var indices = new List<int>(pending.Indices.Length);
        for (var place = 0; place < pending.Indices.Length; place++)
        {
            if (!pending.IsReadable(place))
                continue;
            if (indices.Count < place)
                Buffer.BlockCopy(pending.Pixels, place * ImageBytes, pending.Pixels, indices.Count * ImageBytes, ImageBytes);
            indices.Add(pending.Indices[place]);
        }
        return new ImageBatch(pending.Pixels, options.ImageSize, [.. indices], buffers.Add);
    }

    private void StopWhenTooManyFailed(int tried, int failed)
    {
        if (failed == 0 || failed <= options.MaxFailureRatio * tried)
            return;
        var examples = string.Join("; ", Failures.Take(3).Select(failure => $"{failure.Name}: {failure.Reason}"));
        throw new InvalidDataException(
            $"{failed} of {tried} images cannot be read, more than {nameof(ImageLoaderOptions.MaxFailureRatio)} = {options.MaxFailureRatio:0.##} allows. {examples}");
    }

    /// <summary>A batch that workers still read.</summary>
    private sealed class PendingBatch(byte[] pixels, int[] indices)
    {
        private readonly bool[] readable = new bool[indices.Length];
        private readonly ManualResetEventSlim done = new();
        private int remaining = indices.Length;
        private Exception? error;

        public byte[] Pixels => pixels;

        public int[] Indices => indices;

        public int Failures => readable.Count(isReadable => !isReadable);

        public bool IsReadable(int place) => readable[place];

        public void Finish(int place, bool readable)
        {
            this.readable[place] = readable;
            if (Interlocked.Decrement(ref remaining) == 0)
                done.Set();
        }

        public void Fail(Exception e)
        {
            error = e;
            done.Set();
        }

        public void Wait(CancellationToken stop)
        {
            done.Wait(stop);
            if (error is not null)
                throw new InvalidOperationException($"Reading images failed: {error.Message}", error);
        }
    }
}
