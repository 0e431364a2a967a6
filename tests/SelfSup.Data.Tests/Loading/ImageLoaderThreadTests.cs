using System.Collections.Concurrent;
using System.Diagnostics;

namespace SelfSup.Data.Tests.Loading;

public class ImageLoaderThreadTests
{
    /// <summary>A source that remembers the threads that read from it.</summary>
    private sealed class Watched
    {
        private readonly ConcurrentDictionary<Thread, bool> threads = new();
        private int reads;

        public Watched(int count, int milliseconds = 0) => Source = new TestImages(count, onRead: _ =>
        {
            threads[Thread.CurrentThread] = true;
            Interlocked.Increment(ref reads);
            Thread.Sleep(milliseconds);
        });

        public TestImages Source { get; }

        public int Reads => Volatile.Read(ref reads);

        public void AssertEnded()
        {
            Assert.NotEmpty(threads);
            Assert.All(threads.Keys, thread => Assert.False(thread.IsAlive));
            Assert.All(threads.Keys, thread => Assert.NotEqual(Thread.CurrentThread, thread));
        }
    }

    private static ImageLoader Loader(Watched watched) =>
        new(watched.Source, new() { ImageSize = 2, BatchSize = 4, Workers = 3, Prefetch = 2 });

    [Fact]
    public void Threads_end_with_the_epoch()
    {
        var watched = new Watched(40);
        foreach (var batch in Loader(watched).ReadEpoch(0))
            batch.Dispose();
        watched.AssertEnded();
        Assert.Equal(40, watched.Reads);
    }

    [Fact]
    public void Breaking_out_ends_the_threads_and_gives_buffers_back()
    {
        var watched = new Watched(4000, milliseconds: 1);
        var loader = Loader(watched);
        for (var round = 0; round < 5; round++)
        {
            foreach (var batch in loader.ReadEpoch(round))
            {
                batch.Dispose();
                break;
            }
            watched.AssertEnded();
        }
        Assert.InRange(loader.Pool.Created, 1, 4);
    }

    [Fact]
    public void Reading_stays_within_the_prefetch()
    {
        var watched = new Watched(400);
        using var batches = Loader(watched).ReadEpoch(0).GetEnumerator();
        Assert.True(batches.MoveNext());
        var patience = Stopwatch.StartNew();
        while (watched.Reads < 12 && patience.ElapsedMilliseconds < 2000)
            Thread.Sleep(1);
        Thread.Sleep(30);
        // One batch in use and two ahead, of four images each.
        Assert.Equal(12, watched.Reads);
    }

    [Fact]
    public void Cancelling_ends_a_waiting_enumeration()
    {
        var watched = new Watched(4000, milliseconds: 5);
        using var cancellation = new CancellationTokenSource(50);
        var time = Stopwatch.StartNew();
        Assert.Throws<OperationCanceledException>(() => Loader(watched).ReadEpoch(0, 0, cancellation.Token).Count());
        Assert.InRange(time.ElapsedMilliseconds, 0, 1500);
        watched.AssertEnded();
    }

    [Fact]
    public void A_cancelled_token_starts_nothing()
    {
        var watched = new Watched(10);
        Assert.Throws<OperationCanceledException>(() => Loader(watched).ReadEpoch(0, 0, new CancellationToken(true)).Count());
        Assert.Equal(0, watched.Reads);
    }

    [Fact]
    public void Epochs_do_not_allocate_more_and_more()
    {
        var loader = new ImageLoader(new TestImages(512), new() { ImageSize = 64, BatchSize = 32, Workers = 2 });
        long Allocated(int epoch)
        {
            var before = GC.GetTotalAllocatedBytes(true);
            foreach (var batch in loader.ReadEpoch(epoch))
                batch.Dispose();
            return GC.GetTotalAllocatedBytes(true) - before;
        }
        Allocated(0);
        // The pixels of an epoch are 6 MB; they lie in buffers that are there. Other tests run beside, so the least counts.
        Assert.InRange(Enumerable.Range(1, 8).Min(Allocated), 0, 1_000_000);
    }
}
