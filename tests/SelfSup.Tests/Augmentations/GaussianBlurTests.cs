using SelfSup.Augmentations;
using static TorchSharp.torch;

namespace SelfSup.Tests.Augmentations;

public class GaussianBlurTests
{
    [Fact]
    public void Images_that_are_not_drawn_stay_as_they_are()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 4, 3, 20, 20).to(ScalarType.Float32);
        Assert.True(GaussianBlur.Apply(images, 0, (0.1, 2), new RandomSource(2)).Equals(images));
    }

    [Fact]
    public void A_point_spreads_evenly_and_keeps_its_light()
    {
        using var scope = NewDisposeScope();
        var blurred = GaussianBlur.Apply(Point(60), 1, (0.1, 2), new RandomSource(2));
        foreach (var same in new[] { blurred.flip(2), blurred.flip(3), blurred.transpose(2, 3) })
            Assert.True(allclose(blurred, same, atol: 1e-4));
        Assert.True(blurred.sum([2, 3]).sub(255).abs().max().item<float>() < 1e-2);
        Assert.True(allclose(blurred, blurred[.., ..1].expand_as(blurred), atol: 1e-4)); // the same for all colors
    }

    [Theory]
    [InlineData(0.5, 2.0)]
    [InlineData(1.0, 1.5)]
    public void Deviations_fill_the_asked_range(double least, double most)
    {
        using var scope = NewDisposeScope();
        var row = GaussianBlur.Apply(Point(400), 1, (least, most), new RandomSource(2)).sum([1, 2]).div(3 * 255); // (400, 41)
        var distance = arange(-20, 21, ScalarType.Float32);
        var deviations = row.mul(distance.pow(2)).sum(1).sqrt();
        // The filter ends at three of the largest deviations, which takes 1.4 % off the widest.
        Assert.InRange(deviations.min().item<float>(), least * 0.9, least + (most - least) * 0.04);
        Assert.InRange(deviations.max().item<float>(), most - (most - least) * 0.06, most);
        Assert.InRange(deviations.mean().item<float>(), (least + most) / 2 - 0.08, (least + most) / 2 + 0.08);
    }

    [Fact]
    public void The_asked_share_of_images_is_blurred()
    {
        using var scope = NewDisposeScope();
        var center = GaussianBlur.Apply(Point(1000), 0.3, (1, 2), new RandomSource(4))[.., 0, 20, 20];
        Assert.InRange(center.lt(254).sum().item<long>(), 242, 358); // 300 within four deviations
    }

    [Fact]
    public void Even_images_stay_even_up_to_their_borders()
    {
        using var scope = NewDisposeScope();
        var images = full([8, 3, 5, 5], 77, ScalarType.Float32); // smaller than the filter
        Assert.True(allclose(GaussianBlur.Apply(images, 0.5, (0.1, 2), new RandomSource(2)), images, atol: 1e-3));
    }

    [Fact]
    public void Borders_are_continued_as_by_a_mirror()
    {
        using var scope = NewDisposeScope();
        var images = zeros(1, 1, 9, 9);
        images[.., .., .., 1] = 100;
        var row = GaussianBlur.Apply(images, 1, (1, 1), new RandomSource(2))[0, 0, 4];
        // The filter of deviation 1: 0.39905 in the middle, 0.24204 a pixel off; the border sees the line on both sides.
        Assert.Equal(2 * 24.204, row[0].item<float>(), 1e-2);
        Assert.Equal(39.905 + 5.4006, row[1].item<float>(), 1e-2); // itself, and its image two pixels off
    }

    private static Tensor Point(int count)
    {
        var images = zeros(count, 3, 41, 41);
        images[.., .., 20, 20] = 255;
        return images;
    }
}
