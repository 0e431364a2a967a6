namespace SelfSup.Data.Tests.Sources;

public class MemoryAndSubsetTests
{
    private static LabeledImages Labeled(params int[] labels) => new(new TestImages(labels.Length), labels);

    private static int[] Counts(ILabeledImageSource source) =>
        [.. source.ClassNames.Select((_, label) => Enumerable.Range(0, source.Count).Count(i => source.LabelOf(i) == label))];

    [Fact]
    public void Images_in_memory_are_resized()
    {
        byte[] image = [.. Enumerable.Range(0, 12).Select(i => (byte)(i % 4 < 2 ? 10 * (1 + i / 4) : 200))];
        var images = new InMemoryImages([.. new byte[12], .. image], size: 2);
        Assert.Equal(2, images.Count);
        var pixels = new byte[12];
        images.Read(1, 2, pixels);
        Assert.Equal(image, pixels);
        var one = new byte[3];
        images.Read(1, 1, one);
        Assert.Equal([105, 110, 115], one);
        var large = new byte[3 * 16];
        images.Read(1, 4, large);
        // Bilinear: the outer rows keep their value, the inner are at a quarter and three quarters between.
        Assert.Equal([10, 58, 153, 200], [large[0], large[4], large[8], large[12]]);
        Assert.Throws<ArgumentException>(() => new InMemoryImages(new byte[13], 2));
    }

    [Fact]
    public void Labels_must_fit()
    {
        Assert.Equal(["0", "1", "2"], Labeled(0, 2).ClassNames);
        Assert.Throws<ArgumentException>(() => new LabeledImages(new TestImages(2), [0]));
        Assert.Throws<ArgumentException>(() => new LabeledImages(new TestImages(2), [0, -1]));
        Assert.Throws<ArgumentException>(() => new LabeledImages(new TestImages(2), [0, 2], ["a", "b"]));
    }

    [Fact]
    public void A_subset_has_the_images_asked_for()
    {
        var subset = new ImageSubset(new TestImages(10), [7, 2]);
        var pixels = new byte[3];
        subset.Read(0, 1, pixels);
        Assert.Equal([8, 8, 8], pixels);
        Assert.Equal("test 2", subset.NameOf(1));
        Assert.Equal([0, 1, 2], ImageSubset.Take(new TestImages(10), 3).Indices);
        Assert.Equal(10, ImageSubset.Take(new TestImages(10), 30).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageSubset(new TestImages(10), [10]));
    }

    [Fact]
    public void A_stratified_subset_is_balanced_and_nested()
    {
        var source = Labeled([.. Enumerable.Range(0, 90).Select(i => i % 3), .. Enumerable.Repeat(3, 5)]);
        var before = new HashSet<int>();
        for (var count = 1; count <= source.Count; count++)
        {
            var subset = LabeledSubset.Stratified(source, count, seed: 5);
            Assert.Equal(count, subset.Indices.Distinct().Count());
            Assert.True(before.IsSubsetOf(subset.Indices));
            before = [.. subset.Indices];
            var counts = Counts(subset);
            // The fourth class runs out at five images.
            Assert.InRange(counts[..3].Max() - counts[..3].Min(), 0, 1);
            Assert.InRange(counts[3], Math.Min(5, counts[..3].Min()) - 1, 5);
        }
        Assert.Equal([5, 5, 5, 5], Counts(LabeledSubset.Stratified(source, 20, seed: 5)));
    }

    [Fact]
    public void Seeds_draw_differently_and_repeatably()
    {
        var source = Labeled([.. Enumerable.Range(0, 100).Select(i => i % 2)]);
        var draw = LabeledSubset.Stratified(source, 10, seed: 1).Indices;
        Assert.Equal(draw, LabeledSubset.Stratified(source, 10, seed: 1).Indices);
        Assert.NotEqual(draw, LabeledSubset.Stratified(source, 10, seed: 2).Indices);
        Assert.Throws<ArgumentOutOfRangeException>(() => LabeledSubset.Stratified(source, 101, seed: 1));
    }

    [Fact]
    public void A_split_shares_no_image_and_loses_none()
    {
        var (drawn, others) = LabeledSubset.Split(Labeled([.. Enumerable.Range(0, 40).Select(i => i % 4)]), 12, seed: 0);
        Assert.Equal(Enumerable.Range(0, 40), drawn.Indices.Concat(others.Indices).Order());
        Assert.Equal([3, 3, 3, 3], Counts(drawn));
        Assert.Equal([7, 7, 7, 7], Counts(others));
    }

    [Fact]
    public void A_share_of_every_class_is_held_out()
    {
        // 100, 50 and 10 images, of which the rarest stand last.
        var source = Labeled([.. Enumerable.Range(0, 160).Select(i => i < 100 ? 0 : i < 150 ? 1 : 2)]);
        var (kept, held) = LabeledSubset.HoldOut(source, 0.2, seed: 1);
        Assert.Equal([20, 10, 2], Counts(held));
        Assert.Equal(Enumerable.Range(0, 160), kept.Indices.Concat(held.Indices).Order());
        Assert.Equal(held.Indices, LabeledSubset.HoldOut(source, 0.2, seed: 1).HeldOut.Indices);
        Assert.NotEqual(held.Indices, LabeledSubset.HoldOut(source, 0.2, seed: 2).HeldOut.Indices);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.99)]
    public void Every_class_keeps_an_image_and_has_one_held_out(double share)
    {
        var (kept, held) = LabeledSubset.HoldOut(Labeled(0, 0, 1, 1, 2), share, seed: 0);
        Assert.Equal([1, 1, 1], Counts(kept));
        Assert.Equal([1, 1, 0], Counts(held));
    }

    [Fact]
    public void Nothing_to_hold_out_is_refused()
    {
        Assert.Throws<ArgumentException>(() => LabeledSubset.HoldOut(Labeled(0, 1, 2), 0.5, seed: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LabeledSubset.HoldOut(Labeled(0, 0), 1, seed: 0));
    }
}
