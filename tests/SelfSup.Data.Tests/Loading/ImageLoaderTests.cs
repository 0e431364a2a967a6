namespace SelfSup.Data.Tests.Loading;

public class ImageLoaderTests
{
    private static ImageLoaderOptions Options(int workers = 2, int batch = 8, bool shuffle = true, bool dropLast = false, int seed = 3) =>
        new() { ImageSize = 4, BatchSize = batch, Workers = workers, Prefetch = 2, Seed = seed, Shuffle = shuffle, DropLast = dropLast };

    private static List<int[]> Read(ImageLoader loader, int epoch, int firstBatch = 0)
    {
        var batches = new List<int[]>();
        foreach (var batch in loader.ReadEpoch(epoch, firstBatch))
        {
            using (batch)
            {
                Assert.Equal(batch.Count * 48, batch.ByteCount);
                for (var i = 0; i < batch.Count; i++)
                    Assert.All(batch.Pixels[(i * 48)..((i + 1) * 48)], value => Assert.Equal((byte)(batch.Indices[i] + 1), value));
                batches.Add([.. batch.Indices]);
            }
        }
        return batches;
    }

    [Fact]
    public void The_order_does_not_depend_on_the_workers()
    {
        // Uneven reading times shake the workers' turns.
        var source = new TestImages(101, onRead: i => Thread.SpinWait(i % 7 * 2000));
        var expected = Read(new ImageLoader(source, Options(workers: 1)), epoch: 2);
        Assert.Equal(13, expected.Count);
        Assert.Equal(Enumerable.Range(0, 101), expected.SelectMany(batch => batch).Order());
        foreach (var workers in (int[])[2, 5])
            Assert.Equal(expected, Read(new ImageLoader(source, Options(workers)), epoch: 2));
    }

    [Fact]
    public void An_order_of_the_callers_is_read_as_it_is_and_may_repeat_images()
    {
        var loader = new ImageLoader(new TestImages(7), Options(batch: 3));
        int[] order = [6, 6, 0, 1, 6, 2, 2];
        Assert.Equal([[6, 6, 0], [1, 6, 2], [2]], ReadInOrder(0));
        Assert.Equal([[1, 6, 2], [2]], ReadInOrder(1));
        Assert.Equal([[6, 6, 0], [1, 6, 2]], new ImageLoader(new TestImages(7), Options(batch: 3, dropLast: true)).ReadInOrder(order).Select(Indices));
        Assert.Throws<ArgumentException>(() => loader.ReadInOrder([0, 1]));
        Assert.Throws<ArgumentException>(() => loader.ReadInOrder([0, 1, 2, 3, 4, 5, 7]));
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.ReadInOrder(order, firstBatch: 4));

        int[][] ReadInOrder(int firstBatch) => [.. loader.ReadInOrder(order, firstBatch).Select(Indices)];

        static int[] Indices(ImageBatch batch)
        {
            using (batch)
                return [.. batch.Indices];
        }
    }

    [Fact]
    public void The_order_is_fixed_for_good() =>
        Assert.Equal([[5, 4, 7], [3, 2, 1], [0, 6]], Read(new ImageLoader(new TestImages(8), Options(batch: 3, seed: 1)), epoch: 0));

    [Fact]
    public void Epochs_and_seeds_have_orders_of_their_own()
    {
        var source = new TestImages(50);
        var loader = new ImageLoader(source, Options());
        var orders = new[] { Read(loader, 0), Read(loader, 1), Read(new ImageLoader(source, Options(seed: 4)), 0) };
        Assert.Equal(3, orders.Select(order => string.Join(",", order.SelectMany(batch => batch))).Distinct().Count());
        Assert.Equal(orders[0], Read(loader, 0));
    }

    [Fact]
    public void Without_shuffle_the_order_is_that_of_the_source() =>
        Assert.Equal([[0, 1, 2, 3, 4, 5, 6, 7], [8, 9]], Read(new ImageLoader(new TestImages(10), Options(shuffle: false)), 5));

    [Fact]
    public void A_later_first_batch_gives_the_same_later_batches()
    {
        var loader = new ImageLoader(new TestImages(45), Options());
        var all = Read(loader, epoch: 1);
        for (var first = 0; first <= loader.BatchesPerEpoch; first++)
            Assert.Equal(all.Skip(first), Read(loader, epoch: 1, first));
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.ReadEpoch(1, loader.BatchesPerEpoch + 1));
    }

    [Theory]
    [InlineData(20, 8, false, 3)]
    [InlineData(20, 8, true, 2)]
    [InlineData(16, 8, true, 2)]
    [InlineData(5, 8, true, 1)]
    [InlineData(0, 8, true, 0)]
    [InlineData(0, 8, false, 0)]
    public void Batches_of_an_epoch_are_counted(int images, int batch, bool dropLast, int expected)
    {
        var loader = new ImageLoader(new TestImages(images), Options(batch: batch, dropLast: dropLast));
        Assert.Equal(expected, loader.BatchesPerEpoch);
        Assert.Equal(expected, Read(loader, 0).Count);
    }

    [Fact]
    public void Dropping_the_last_batch_leaves_out_its_images() =>
        Assert.Equal(16, Read(new ImageLoader(new TestImages(20), Options(dropLast: true)), 0).Sum(batch => batch.Length));

    [Fact]
    public void A_batch_knows_its_place()
    {
        var numbers = new List<int>();
        foreach (var batch in new ImageLoader(new TestImages(30), Options()).ReadEpoch(0, firstBatch: 1))
        {
            numbers.Add(batch.Number);
            batch.Dispose();
        }
        Assert.Equal([1, 2, 3], numbers);
    }

    [Fact]
    public void Buffers_are_reused()
    {
        var loader = new ImageLoader(new TestImages(400), Options());
        for (var epoch = 0; epoch < 4; epoch++)
            Read(loader, epoch);
        // Two ahead, one in use, and one on its way.
        Assert.InRange(loader.Pool.Created, 1, 4);
    }

    [Fact]
    public void A_disposed_batch_does_not_lend_its_pixels()
    {
        var batch = new ImageLoader(new TestImages(3), Options()).ReadEpoch(0).First();
        batch.Dispose();
        batch.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batch.Pixels);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var source = new TestImages(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageLoader(source, new() { ImageSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageLoader(source, new() { ImageSize = 4, BatchSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageLoader(source, new() { ImageSize = 4, Workers = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageLoader(source, new() { ImageSize = 4, Prefetch = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageLoader(source, new() { ImageSize = 4, MaxFailureRatio = double.NaN }));
        Assert.Throws<ArgumentException>(() => new ImageLoader(source, new() { ImageSize = 4000, BatchSize = 100 }));
    }
}
