namespace SelfSup.Data.Tests.Loading;

public class ShuffleWindowTests
{
    private const int Count = 1003, Window = 160, Run = Window / 16;

    private static int[] Read(int? window, int epoch, int seed = 1, int firstBatch = 0) =>
    [
        .. new ImageLoader(new TestImages(Count), new() { ImageSize = 1, BatchSize = 16, ShuffleWindow = window, Seed = seed })
            .ReadEpoch(epoch, firstBatch).SelectMany(batch =>
            {
                using (batch)
                    return batch.Indices.ToArray();
            }),
    ];

    [Theory]
    [InlineData(160)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(1002)]
    public void Every_image_comes_once_in_an_order_of_the_epoch_and_the_seed(int window)
    {
        var order = Read(window, epoch: 0);
        Assert.Equal(Enumerable.Range(0, Count), order.Order());
        Assert.NotEqual(Enumerable.Range(0, Count), order);
        Assert.Equal(order, Read(window, epoch: 0));
        Assert.NotEqual(order, Read(window, epoch: 1));
        Assert.NotEqual(order, Read(window, epoch: 0, seed: 2));
        Assert.Equal(order[(16 * 5)..], Read(window, epoch: 0, firstBatch: 5));
    }

    [Fact]
    public void A_window_has_the_images_of_few_runs_and_mixes_them()
    {
        foreach (var part in Read(Window, epoch: 3).Chunk(Window))
        {
            // The source's last run is short, so a window may begin and end within one.
            Assert.InRange(part.Select(index => index / Run).Distinct().Count(), 1, 17);
            var neighbors = part.Zip(part[1..], (one, next) => Math.Abs(one - next) == 1).Count(isNext => isNext);
            Assert.True(neighbors < part.Length / 4, $"{neighbors} of {part.Length} follow their neighbor");
        }
    }

    [Theory]
    [InlineData(Count)]
    [InlineData(Count + 1)]
    [InlineData(int.MaxValue)]
    public void A_window_of_all_images_is_no_window(int window) => Assert.Equal(Read(null, epoch: 2), Read(window, epoch: 2));

    [Fact]
    public void A_window_has_an_image() => Assert.Throws<ArgumentOutOfRangeException>(() => Read(0, epoch: 0));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(1, 21)]
    public void Every_image_is_announced_before_it_is_read_and_none_twice(int ranks, int firstBatch)
    {
        var source = new AnnouncedImages(Count);
        var loader = new ImageLoader(
            source, new() { ImageSize = 1, BatchSize = 16, ShuffleWindow = Window, Seed = 1, Workers = 2, Ranks = ranks, Rank = ranks - 1, DropLast = true });
        foreach (var batch in loader.ReadEpoch(0, firstBatch))
            batch.Dispose();
        Assert.Empty(source.Unannounced);
        Assert.All(source.Announcements.GroupBy(run => run), group => Assert.Single(group));
        // Sixteen runs a window, and few more where one ends in a short run.
        Assert.InRange(source.Announcements.Count, 1, 18 * (Count / Window + 1));
    }

    [Fact]
    public void Sources_that_wrap_another_pass_announcements_on()
    {
        var source = new AnnouncedImages(10);
        var labeled = new LabeledImages(source, [.. Enumerable.Range(0, 10).Select(i => i % 2)]);
        IImageSource[] wrappers = [new MirroredImages(source), labeled, new ImageSubset(source, [9, 2, 3, 4]), new LabeledSubset(labeled, [9, 2, 3, 4])];
        foreach (var wrapper in wrappers)
            wrapper.Prefetch(1, 3);
        Assert.Equal([(1, 3), (1, 3), (2, 3), (2, 3)], source.Announcements);
        wrappers[2].Prefetch(0, 2); // 9 and 2 are no neighbors
        Assert.Equal(4, source.Announcements.Count);
    }

    private sealed class AnnouncedImages(int count) : IImageSource
    {
        private readonly HashSet<int> announced = [];

        public List<(int First, int Count)> Announcements { get; } = [];

        public List<int> Unannounced { get; } = [];

        public int Count => count;

        public string NameOf(int index) => $"{index}";

        public void Prefetch(int first, int count)
        {
            Assert.InRange(first, 0, Count - 1);
            Assert.InRange(first + count, 1, Count);
            lock (announced)
            {
                Announcements.Add((first, count));
                announced.UnionWith(Enumerable.Range(first, count));
            }
        }

        public void Read(int index, int size, Span<byte> pixels)
        {
            lock (announced)
            {
                if (!announced.Contains(index))
                    Unannounced.Add(index);
            }
            pixels.Clear();
        }
    }
}
