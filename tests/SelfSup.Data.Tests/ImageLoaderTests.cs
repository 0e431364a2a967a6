namespace SelfSup.Data.Tests;

public class ImageLoaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void OrderDependsOnSeedAndEpochAlone(int workers)
    {
        var source = new ProceduralImages(50);
        int[] Read(int seed, int epoch, int first = 0) =>
            [.. new ImageLoader(source, new ImageLoaderOptions { ImageSize = 8, BatchSize = 8, Workers = workers, Seed = seed }).ReadEpoch(epoch, first).SelectMany(Indices)];

        var order = Read(3, 1);
        Assert.Equal(Enumerable.Range(0, 50), order.Order());
        Assert.Equal(order, Read(3, 1));
        Assert.Equal(order.Skip(16), Read(3, 1, first: 2));
        Assert.NotEqual(order, Read(3, 2));
        Assert.NotEqual(order, Read(4, 1));
    }

    private static IReadOnlyList<int> Indices(ImageBatch batch)
    {
        using (batch)
            return batch.Indices;
    }
}
