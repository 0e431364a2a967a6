using SelfSup.Augmentations;
using static TorchSharp.torch;

namespace SelfSup.Tests.Augmentations;

public class ColorJitterTests
{
    [Fact]
    public void NoStrengthChangesNothing()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 4, 3, 8, 8).to(ScalarType.Byte);
        Assert.True(ColorJitter.Apply(images, 0, 0, 0, new RandomSource(1)).Equals(images));
    }

    [Fact]
    public void GreyImagesStayGreyWhateverHueAndSaturation()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(60, 30, 1, 8, 8).add_(60).to(ScalarType.Byte).expand(30, 3, 8, 8).contiguous();
        var jittered = ColorJitter.Apply(images, 0.4, 0.5, 0.3, new RandomSource(2));
        Assert.False(jittered.Equals(images));
        var channels = jittered.to(ScalarType.Int32);
        Assert.True(channels.amax([1]).sub(channels.amin([1])).max().item<int>() <= 1); // up to rounding
    }

    [Fact]
    public void GreyscaleTakesTheColoursOfTheAskedShareAndLeavesTheOthers()
    {
        using var scope = NewDisposeScope();
        var images = tensor(new byte[] { 200, 50, 100 }).view(1, 3, 1, 1).expand(400, 3, 4, 4).contiguous();
        var changed = ColorJitter.Apply(images, 0, 0, 0.25, new RandomSource(3));
        var grey = Math.Round(0.213 * 200 + 0.715 * 50 + 0.072 * 100);
        var isGrey = changed.eq(grey).view(400, -1).all(1);
        var isUnchanged = changed.eq(images).view(400, -1).all(1);
        Assert.True(isGrey.logical_xor(isUnchanged).all().item<bool>());
        Assert.InRange(isGrey.sum().item<long>(), 70, 130);
    }

    [Fact]
    public void AThirdOfATurnTakesRedTowardsGreenOrBlueAndKeepsLuminance()
    {
        using var scope = NewDisposeScope();
        var images = tensor(new byte[] { 140, 100, 100 }).view(1, 3, 1, 1).expand(300, 3, 2, 2).contiguous();
        var turned = ColorJitter.Apply(images, 0, 1.0 / 3, 0, new RandomSource(4)).to(ScalarType.Float32).mean([2, 3]);
        var strongest = turned.argmax(1);
        Assert.Equal([0L, 1, 2], strongest.data<long>().ToArray().Distinct().Order());
        var luminance = turned.matmul(tensor(new[] { 0.213f, 0.715f, 0.072f }));
        Assert.True(luminance.sub(0.213f * 140 + 0.787f * 100).abs().max().item<float>() < 1.5f);
    }

    [Fact]
    public void BrightnessScalesAndContrastKeepsTheMean()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(30, 200, 1, 8, 8).add_(100).to(ScalarType.Byte).expand(200, 3, 8, 8).contiguous();
        var means = ColorJitter.Apply(images, 0.5, 0, 0, new RandomSource(2)).to(ScalarType.Float32).mean([1, 2, 3])
            .div(images.to(ScalarType.Float32).mean([1, 2, 3]));
        Assert.InRange(means.min().item<float>(), 0.48f, 0.56f);
        Assert.InRange(means.max().item<float>(), 1.44f, 1.52f);
    }
}
