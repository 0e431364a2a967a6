using System.Runtime.ExceptionServices;

namespace SelfSup.Data;

/// <summary>The threads that read one epoch. They claim images in order; batches are taken in order; disposing ends the threads.</summary>
internal sealed class EpochReader : IDisposable
{
    private readonly IImageSource source;
    private readonly ImageLoaderOptions options;
    private readonly BufferPool pool;
    private readonly int[] order;
    private readonly CancellationToken cancellationToken;
    private readonly CancellationTokenRegistration registration;
    private readonly Thread[] threads;
    private readonly SquarePlaces? places;
    private readonly WindowPrefetch? prefetch;

    // One lock and condition guard all below. Images are claimed a few at a time to keep it quiet.
    private readonly object gate = new();
    private readonly PendingBatch?[] window;
    private readonly int claimSize;
    private int nextImage;
    private int nextBatch;
    private bool stopped;
    private ExceptionDispatchInfo? error;

    public EpochReader(
        IImageSource source, ImageLoaderOptions options, BufferPool pool, int[] order, int epoch, int firstBatch, CancellationToken cancellationToken)
    {
        places = options.RandomSquares ? new SquarePlaces(options.Seed, epoch) : null;
        this.source = source;
        this.options = options;
        this.pool = pool;
        this.order = order;
        this.cancellationToken = cancellationToken;
        window = new PendingBatch?[options.Prefetch];
        claimSize = Math.Clamp(options.OwnBatchSize / (options.Workers * 4), 1, 16);
        nextBatch = firstBatch;
        nextImage = (int)Math.Min((long)firstBatch * options.OwnBatchSize, order.Length);
        if (options is { Shuffle: true, ShuffleWindow: { } images } && images < source.Count)
            prefetch = new WindowPrefetch(source, order, Math.Max(1, images / options.Ranks), nextImage);
        registration = cancellationToken.UnsafeRegister(reader => ((EpochReader)reader!).Stop(), this);
        threads = new Thread[Math.Min(options.Workers, order.Length - nextImage)];
        for (var i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(Work) { IsBackground = true, Name = $"SelfSup image reader {i}" };
            threads[i].Start();
        }
    }

    /// <summary>Waits for the next batch and hands it over with its buffer; null at the end of the epoch.</summary>
    public PendingBatch? Take()
    {
        lock (gate)
        {
            if ((long)nextBatch * options.OwnBatchSize >= order.Length)
                return null;
            ref var slot = ref window[nextBatch % window.Length];
            while (!stopped && slot is not { Remaining: 0 })
                Monitor.Wait(gate);
            error?.Throw();
            cancellationToken.ThrowIfCancellationRequested();
            var batch = slot;
            slot = null;
            nextBatch++;
            Monitor.PulseAll(gate);
            return batch;
        }
    }

    public void Dispose()
    {
        Stop();
        foreach (var thread in threads)
            thread.Join();
        registration.Dispose();
        foreach (var batch in window)
        {
            if (batch is not null)
                pool.Return(batch.Pixels);
        }
    }

    private void Work()
    {
        try
        {
            while (Claim() is { } claim)
            {
                prefetch?.Reach(claim.Batch.Number * options.OwnBatchSize + claim.First);
                for (var i = claim.First; i < claim.End && !Volatile.Read(ref stopped); i++)
                    claim.Batch.Read(source, i);
                lock (gate)
                {
                    claim.Batch.Remaining -= claim.End - claim.First;
                    if (claim.Batch.Remaining == 0)
                        Monitor.PulseAll(gate);
                }
            }
        }
        catch (Exception unexpected)
        {
            lock (gate)
                error ??= ExceptionDispatchInfo.Capture(unexpected);
            Stop();
        }
    }

    private (PendingBatch Batch, int First, int End)? Claim()
    {
        lock (gate)
        {
            while (!stopped && nextImage < order.Length && nextImage / options.OwnBatchSize >= nextBatch + window.Length)
                Monitor.Wait(gate);
            if (stopped || nextImage >= order.Length)
                return null;
            var number = nextImage / options.OwnBatchSize;
            var start = number * options.OwnBatchSize;
            var count = Math.Min(options.OwnBatchSize, order.Length - start);
            var batch = window[number % window.Length]
                ??= new PendingBatch(number, options.ImageSize, source.Frames, order.AsMemory(start, count), pool.Rent(), places);
            var first = nextImage - start;
            var end = Math.Min(first + claimSize, count);
            nextImage = start + end;
            return (batch, first, end);
        }
    }

    private void Stop()
    {
        lock (gate)
        {
            stopped = true;
            Monitor.PulseAll(gate);
        }
    }
}
