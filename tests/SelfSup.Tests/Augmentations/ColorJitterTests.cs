using SelfSup.Augmentations;
using static TorchSharp.torch;

namespace SelfSup.Tests.Augmentations;

public class ColorJitterTests
{
    [Fact]
    public void No_strength_changes_nothing()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 4, 3, 8, 8).to(ScalarType.Float32);
        Assert.True(ColorJitter.Apply(images, Augmentation.None, new RandomSource(1)).round().Equals(images));
    }

    [Fact]
    public void Gray_images_stay_gray_whatever_hue_and_saturation()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(60, 30, 1, 8, 8).add_(60).to(ScalarType.Float32).expand(30, 3, 8, 8).contiguous();
        var strengths = new Augmentation { Brightness = 0.4, Contrast = 0.4, Saturation = 0.4, Hue = 0.5, Grayscale = 0.3 };
        var jittered = ColorJitter.Apply(images, strengths, new RandomSource(2));
        Assert.False(jittered.Equals(images));
        Assert.True(jittered.amax([1]).sub(jittered.amin([1])).max().item<float>() < 0.01);
    }

    [Fact]
    public void Grayscale_takes_the_colors_of_the_asked_share_and_leaves_the_others()
    {
        using var scope = NewDisposeScope();
        var images = Even(400, 200, 50, 100);
        var changed = ColorJitter.Apply(images, new() { Grayscale = 0.25 }, new RandomSource(3)).round();
        var gray = Math.Round(0.213 * 200 + 0.715 * 50 + 0.072 * 100);
        var isGray = changed.eq(gray).view(400, -1).all(1);
        var isUnchanged = changed.eq(images).view(400, -1).all(1);
        Assert.True(isGray.logical_xor(isUnchanged).all().item<bool>());
        Assert.InRange(isGray.sum().item<long>(), 66, 134);
    }

    [Fact]
    public void A_third_of_a_turn_takes_red_towards_green_or_blue_and_keeps_luminance()
    {
        using var scope = NewDisposeScope();
        var turned = ColorJitter.Apply(Even(300, 140, 100, 100), new() { Hue = 1.0 / 3 }, new RandomSource(4)).mean([2, 3]);
        Assert.Equal([0L, 1, 2], turned.argmax(1).data<long>().ToArray().Distinct().Order());
        var luminance = turned.matmul(tensor(new[] { 0.213f, 0.715f, 0.072f }));
        Assert.True(luminance.sub(0.213f * 140 + 0.787f * 100).abs().max().item<float>() < 0.1f);
    }

    [Theory]
    [InlineData(0.5, 0.5, 1.5)]
    [InlineData(1.2, 0, 2.2)] // no factor is below 0
    public void Brightness_scales(double strength, double least, double most)
    {
        using var scope = NewDisposeScope();
        var images = Even(500, 100, 60, 30);
        var factors = ColorJitter.Apply(images, new() { Brightness = strength }, new RandomSource(2)).div(images);
        Assert.True(factors.amax([1, 2, 3]).sub(factors.amin([1, 2, 3])).max().item<float>() < 1e-3); // the same for every pixel
        AssertFills(factors, least, most);
    }

    [Theory]
    [InlineData(0.5, 0.5, 1.5)]
    [InlineData(1.2, 0, 2.2)]
    public void Contrast_stretches_about_the_mean(double strength, double least, double most)
    {
        using var scope = NewDisposeScope();
        var images = tensor(new float[] { 90, 110 }).view(1, 1, 1, 2).expand(500, 3, 1, 2).contiguous();
        var changed = ColorJitter.Apply(images, new() { Contrast = strength }, new RandomSource(2));
        Assert.True(changed.mean([1, 2, 3]).sub(100).abs().max().item<float>() < 0.01);
        AssertFills(changed[.., 0, 0, 1].sub(changed[.., 0, 0, 0]).div(20), least, most);
    }

    [Theory]
    [InlineData(0.4, 0.6, 1.4)]
    [InlineData(1.2, 0, 2.2)]
    public void Saturation_stretches_about_the_gray(double strength, double least, double most)
    {
        using var scope = NewDisposeScope();
        var gray = 0.213f * 120 + 0.715f * 100 + 0.072f * 80;
        var changed = ColorJitter.Apply(Even(500, 120, 100, 80), new() { Saturation = strength }, new RandomSource(2))[.., 0].sub(gray);
        AssertFills(changed.div(120 - gray), least, most);
    }

    [Fact]
    public void All_four_are_changed_in_the_asked_share_of_images_and_none_in_the_others()
    {
        using var scope = NewDisposeScope();
        var images = tensor(new float[] { 90, 110, 60, 80, 120, 160 }).view(1, 3, 1, 2).expand(1000, 3, 1, 2).contiguous();
        Augmentation[] each = [new() { Brightness = 0.4 }, new() { Contrast = 0.4 }, new() { Saturation = 0.4 }, new() { Hue = 0.1 }];
        foreach (var strength in each)
        {
            var changed = ColorJitter.Apply(images, strength with { JitterProbability = 0.8 }, new RandomSource(5));
            var differences = changed.sub(images).abs().amax([1, 2, 3]);
            // 800 within four deviations; a few draws change next to nothing.
            Assert.InRange(differences.gt(1e-3).sum().item<long>(), 745, 850);
        }
    }

    [Fact]
    public void Gray_images_are_drawn_apart_from_jittered_ones()
    {
        using var scope = NewDisposeScope();
        var settings = new Augmentation { JitterProbability = 0, Brightness = 1, Grayscale = 0.2 };
        var changed = ColorJitter.Apply(Even(1000, 200, 50, 100), settings, new RandomSource(3));
        Assert.InRange(changed.amax([1, 2, 3]).lt(100).sum().item<long>(), 150, 250);
    }

    [Fact]
    public void Frames_share_their_factors_and_their_mean()
    {
        using var scope = NewDisposeScope();
        var clips = cat([full([200, 3, 2, 2], 80f), full([200, 3, 2, 2], 120f)], 1); // two frames, of mean 100
        var changed = ColorJitter.Apply(clips, new() { Contrast = 0.5 }, new RandomSource(3));
        Assert.True(changed[.., ..3].add(changed[.., 3..]).sub(200).abs().max().item<float>() < 0.01);
        AssertFills(changed[.., 3..].sub(changed[.., ..3]).div(40), 0.5, 1.5);
    }

    [Theory]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Float32)]
    public void Large_batches_are_changed_as_their_images_are(ScalarType result)
    {
        using var scope = NewDisposeScope();
        var images = TestImages.Colorful(1, 64).expand(40, 3, 64, 64).contiguous(); // more than are changed at a time
        var whole = ColorJitter.Apply(images, new() { Grayscale = 0.5, Hue = 0.1, JitterProbability = 1e-9 }, new RandomSource(3), result);
        var gray = tensor(new[] { 0.213f, 0.715f, 0.072f }).view(1, 3, 1, 1).mul(images).sum(1, keepdim: true);
        var toGray = whole.to(ScalarType.Float32).sub(gray).abs().amax([1, 2, 3]);
        var toImage = whole.to(ScalarType.Float32).sub(images).abs().amax([1, 2, 3]);
        Assert.Equal(result, whole.dtype);
        Assert.True(toGray.minimum(toImage).max().item<float>() < 0.51f); // rounded, each image is one of the two
        Assert.InRange(toGray.lt(0.51).sum().item<long>(), 8, 32);
    }

    [Fact]
    public void Bytes_are_rounded_to_the_nearest_level()
    {
        using var scope = NewDisposeScope();
        var images = TestImages.Colorful(20, 16);
        var strengths = new Augmentation { Brightness = 0.9, Contrast = 0.5, Hue = 0.2 };
        var exact = ColorJitter.Apply(images, strengths, new RandomSource(3));
        var rounded = ColorJitter.Apply(images, strengths, new RandomSource(3), ScalarType.Byte);
        Assert.True(rounded.to(ScalarType.Float32).sub(exact).abs().max().item<float>() <= 0.501f);
    }

    private static Tensor Even(int count, params float[] color) => tensor(color).view(1, 3, 1, 1).expand(count, 3, 2, 2).contiguous();

    private static void AssertFills(Tensor factors, double least, double most)
    {
        var edge = (most - least) / 30;
        Assert.InRange(factors.min().item<float>(), least - 1e-3, least + edge);
        Assert.InRange(factors.max().item<float>(), most - edge, most + 1e-3);
        Assert.InRange(factors.mean().item<float>(), (least + most) / 2 - 2 * edge, (least + most) / 2 + 2 * edge);
    }
}
