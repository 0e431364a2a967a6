namespace SelfSup.Data.Tests.Loading;

public class SharedBatchTests
{
    private const int BatchSize = 6;

    private static ImageLoaderOptions Options(int rank, int ranks) =>
        new() { ImageSize = 4, BatchSize = BatchSize, Workers = 2, Seed = 3, DropLast = true, MaxFailureRatio = 1, Rank = rank, Ranks = ranks };

    private static List<int[]> Read(IImageSource source, int rank, int ranks, int firstBatch = 0)
    {
        var batches = new List<int[]>();
        foreach (var batch in new ImageLoader(source, Options(rank, ranks)).ReadEpoch(1, firstBatch))
        {
            using (batch)
                batches.Add([.. batch.Indices]);
        }
        return batches;
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void The_parts_of_all_processes_make_the_batch_in_its_order(int ranks)
    {
        var source = new TestImages(3 * BatchSize + 4);
        var whole = Read(source, 0, 1);
        var parts = Enumerable.Range(0, ranks).Select(rank => Read(source, rank, ranks)).ToArray();
        Assert.Equal(3, whole.Count);
        for (var number = 0; number < whole.Count; number++)
            Assert.Equal(whole[number], parts.SelectMany(part => part[number]));
        Assert.All(parts, part => Assert.All(part, batch => Assert.Equal(BatchSize / ranks, batch.Length)));
        Assert.Equal(parts[1].Skip(2), Read(source, 1, ranks, firstBatch: 2));
    }

    [Fact]
    public void A_batch_without_readable_images_is_delivered_empty()
    {
        var source = new TestImages(3 * BatchSize, failure: _ => new ImageReadException("damaged"));
        Assert.Empty(Read(source, 0, 1));
        Assert.Equal([[], [], []], Read(source, 0, 2));
    }

    [Theory]
    [InlineData(0, 4, 30)]
    [InlineData(2, 2, 30)]
    [InlineData(-1, 2, 30)]
    [InlineData(0, 2, 5)]
    public void Batches_that_cannot_be_shared_are_refused(int rank, int ranks, int images) =>
        Assert.ThrowsAny<ArgumentException>(() => new ImageLoader(new TestImages(images), Options(rank, ranks)));
}
