using System.Numerics;

namespace SelfSup.Data.Tests.Sources;

public class ProceduralImagesTests
{
    private static byte[] Read(IImageSource source, int index, int size)
    {
        var pixels = new byte[3 * size * size];
        source.Read(index, size, pixels);
        return pixels;
    }

    /// <summary>The mean color of some rows.</summary>
    private static Vector3 Mean(byte[] planes, int size, Range rows)
    {
        var (first, count) = rows.GetOffsetAndLength(size);
        float Channel(int channel) => (float)planes.Skip((channel * size + first) * size).Take(count * size).Average(value => value);
        return new(Channel(0), Channel(1), Channel(2));
    }

    [Fact]
    public void A_picture_depends_on_seed_and_index_alone()
    {
        var images = new ProceduralImages(64, seed: 2);
        var alone = Enumerable.Range(0, 64).Select(i => Read(images, i, 24)).ToArray();
        var other = new ProceduralImages(1000, seed: 2);
        Parallel.For(0, 64, i => Assert.Equal(alone[63 - i], Read(other, 63 - i, 24)));
        Assert.Equal(64, alone.Select(Convert.ToHexString).Distinct().Count());
        Assert.NotEqual(alone[0], Read(new ProceduralImages(64, seed: 3), 0, 24));
    }

    [Fact]
    public void Classes_are_balanced()
    {
        var images = new ProceduralImages(83);
        var counts = Enumerable.Range(0, 83).CountBy(images.LabelOf).Select(pair => pair.Value).ToArray();
        Assert.Equal(images.ClassNames.Count, counts.Length);
        Assert.InRange(counts.Max() - counts.Min(), 0, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => images.LabelOf(83));
    }

    [Fact]
    public void A_picture_is_the_same_scene_at_every_size()
    {
        var images = new ProceduralImages(16, seed: 1);
        for (var i = 0; i < 16; i++)
        {
            var reduced = new byte[3 * 24 * 24];
            new InMemoryImages(Read(images, i, 96), 96).Read(0, 24, reduced);
            Assert.InRange(reduced.Zip(Read(images, i, 24)).Average(pair => Math.Abs(pair.First - pair.Second)), 0, 12);
        }
    }

    [Fact]
    public void The_backdrop_does_not_tell_what_is_up()
    {
        var images = new ProceduralImages(400, seed: 4);
        var above = new int[3];
        for (var i = 0; i < images.Count; i++)
        {
            var pixels = Read(images, i, 16);
            var change = Mean(pixels, 16, ..2) - Mean(pixels, 16, ^2..);
            for (var channel = 0; channel < 3; channel++)
                above[channel] += change[channel] > 0 ? 1 : 0;
        }
        // Half of 400, give or take three standard deviations.
        Assert.All(above, count => Assert.InRange(count, 170, 230));
    }

    [Fact]
    public void The_mean_color_does_not_give_the_class_away()
    {
        var images = new ProceduralImages(1200, seed: 6);
        var means = Enumerable.Range(0, images.Count).Select(i => Mean(Read(images, i, 12), 12, ..)).ToArray();
        var right = 0;
        for (var i = 800; i < 1200; i++)
        {
            // A vote of the 15 nearest among the first 800.
            var nearest = Enumerable.Range(0, 800).OrderBy(j => Vector3.DistanceSquared(means[i], means[j])).Take(15);
            if (nearest.CountBy(images.LabelOf).MaxBy(pair => pair.Value).Key == images.LabelOf(i))
                right++;
        }
        // Chance is an eighth, 50 of 400.
        Assert.InRange(right, 0, 100);
    }
}
