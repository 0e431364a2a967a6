namespace SelfSup.Data.Tests.Loading;

public class ImageLoaderFailureTests
{
    private static ImageLoader Loader(IImageSource source, double maxFailureRatio = 0.5, int workers = 3, int batch = 8) =>
        new(source, new() { ImageSize = 2, BatchSize = batch, Workers = workers, Shuffle = false, MaxFailureRatio = maxFailureRatio });

    private static ImageReadException? Fail(bool fails) => fails ? new ImageReadException("broken") : null;

    [Fact]
    public void Unreadable_images_leave_no_gap()
    {
        var loader = Loader(new TestImages(20, i => i == 9 ? new IOException("disk") : Fail(i is 0 or 3 or 7)));
        var batches = loader.ReadEpoch(0).ToList();
        Assert.Equal([1, 2, 4, 5, 6], batches[0].Indices);
        Assert.Equal([8, 10, 11, 12, 13, 14, 15], batches[1].Indices);
        foreach (var batch in batches)
        {
            for (var i = 0; i < batch.ByteCount; i++)
                Assert.Equal(batch.Indices[i / 12] + 1, batch.Pixels[i]);
        }
        ImageFailure[] expected = [new("test 0", "broken"), new("test 3", "broken"), new("test 7", "broken"), new("test 9", "disk")];
        Assert.Equal(expected, loader.Failures);
    }

    [Fact]
    public void Failures_are_listed_once_over_epochs()
    {
        var loader = Loader(new TestImages(20, i => Fail(i % 5 == 4)));
        for (var epoch = 0; epoch < 3; epoch++)
            Assert.Equal(16, loader.ReadEpoch(epoch).Sum(batch => batch.Count));
        Assert.Equal(["test 4", "test 9", "test 14", "test 19"], loader.Failures.Select(failure => failure.Name));
    }

    [Fact]
    public void A_batch_without_images_is_left_out()
    {
        var loader = Loader(new TestImages(24, i => Fail(i is >= 8 and < 16)));
        Assert.Equal([0, 2], loader.ReadEpoch(0).Select(batch => batch.Number));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Too_many_failures_stop_with_counts_names_and_the_option(int workers)
    {
        var loader = Loader(new TestImages(80, i => Fail(i % 4 == 0)), maxFailureRatio: 0.1, workers);
        var delivered = 0;
        var error = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var _ in loader.ReadEpoch(0))
                delivered++;
        });
        // Eight of the 80 may fail; at 40 ten have.
        Assert.Equal(4, delivered);
        Assert.Contains("10 of 40 images", error.Message);
        Assert.Contains("test 0: broken", error.Message);
        Assert.Contains(nameof(ImageLoaderOptions.MaxFailureRatio), error.Message);
    }

    /// <summary>The first images tell nothing of the others, in the order of a folder least of all.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Failures_that_come_together_are_judged_among_all_images(bool shuffle)
    {
        var loader = new ImageLoader(new TestImages(1000, i => Fail(i < 80)), new() { ImageSize = 2, BatchSize = 16, Shuffle = shuffle, MaxFailureRatio = 0.1 });
        for (var epoch = 0; epoch < 5; epoch++)
            Assert.Equal(920, loader.ReadEpoch(epoch).Sum(batch => batch.Count));
    }

    [Fact]
    public void A_hundred_failures_and_no_image_are_enough()
    {
        var error = Assert.Throws<InvalidDataException>(() => Loader(new TestImages(100_000, _ => Fail(true)), batch: 50).ReadEpoch(0).Count());
        Assert.Contains("100 of 100 images", error.Message);
    }

    [Fact]
    public void A_short_epoch_is_judged_at_its_end()
    {
        Assert.Throws<InvalidDataException>(() => Loader(new TestImages(4, _ => Fail(true))).ReadEpoch(0).Count());
        Assert.Throws<InvalidDataException>(() => Loader(new TestImages(9, i => Fail(i > 3)), batch: 4).ReadEpoch(0).Count());
        Assert.Equal(2, Loader(new TestImages(6, i => Fail(i < 3)), batch: 4).ReadEpoch(0).Count());
    }

    [Fact]
    public void As_many_failures_as_allowed_are_no_error()
    {
        var loader = Loader(new TestImages(40, i => Fail(i is 1 or 12 or 30 or 38)), maxFailureRatio: 0.1);
        Assert.Equal(36, loader.ReadEpoch(0).Sum(batch => batch.Count));
    }

    [Fact]
    public void An_unexpected_error_reaches_the_consumer()
    {
        var loader = Loader(new TestImages(50, i => i == 30 ? new InvalidOperationException("a defect") : null));
        Assert.Equal("a defect", Assert.Throws<InvalidOperationException>(() => loader.ReadEpoch(0).Count()).Message);
    }
}
