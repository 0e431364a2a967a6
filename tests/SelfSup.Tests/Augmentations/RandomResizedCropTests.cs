using SelfSup.Augmentations;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Tests.Augmentations;

public class RandomResizedCropTests
{
    [Fact]
    public void BoxesLieInTheImageAndHaveTheAskedAreasAndRatios()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var images = zeros(2000, 3, 64, 64, ScalarType.Byte);
        var boxes = RandomResizedCrop.Draw(images, 0.2, 1, flip: true, random);
        Tensor top = boxes[0], height = boxes[1], left = boxes[2], width = boxes[3];
        Assert.True(top.ge(0).all().item<bool>() && top.add(height).le(64).all().item<bool>());
        Assert.True(left.ge(0).all().item<bool>() && left.add(width).le(64).all().item<bool>());
        var areas = height.mul(width).div(64 * 64);
        Assert.InRange(areas.min().item<float>(), 0.17f, 0.23f); // sides are rounded to whole pixels
        Assert.InRange(areas.max().item<float>(), 0.97f, 1f);
        Assert.InRange(areas.mean().item<float>(), 0.58f, 0.62f);
        var ratios = width.div(height);
        Assert.InRange(ratios.min().item<float>(), 0.7f, 0.8f);
        Assert.InRange(ratios.max().item<float>(), 1.25f, 1.4f);
        Assert.InRange(boxes[4].mean().item<float>(), 0.45f, 0.55f);
    }

    [Fact]
    public void TheWholeImageAtItsOwnSizeStaysAsItIs()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 4, 3, 16, 16).to(ScalarType.Byte);
        var crops = RandomResizedCrop.Apply(images, 16, 1, 1, flip: false, new RandomSource(2));
        Assert.True(crops.round().Equals(images.to(ScalarType.Float32)));
    }

    [Fact]
    public void ALargestAreaBelowTheWholeGivesSmallBoxesAnywhere()
    {
        using var scope = NewDisposeScope();
        var boxes = RandomResizedCrop.Draw(zeros(2000, 3, 96, 96, ScalarType.Byte), 0.05, 0.4, flip: false, new RandomSource(1));
        var areas = boxes[1].mul(boxes[3]).div(96 * 96);
        Assert.InRange(areas.min().item<float>(), 0.045f, 0.06f);
        Assert.InRange(areas.max().item<float>(), 0.39f, 0.41f);
        Assert.InRange(areas.mean().item<float>(), 0.215f, 0.235f);
        Assert.Equal(0, boxes[0].min().item<float>());
        Assert.Equal(96, boxes[0].add(boxes[1]).max().item<float>());
        Assert.Equal(0, boxes[4].sum().item<float>());
    }

    [Fact]
    public void TheSameGeneratorGivesTheSameCrops()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 4, 3, 16, 16).to(ScalarType.Byte);
        var first = RandomResizedCrop.Apply(images, 12, 0.2, 1, true, new RandomSource(9));
        Assert.True(first.Equals(RandomResizedCrop.Apply(images, 12, 0.2, 1, true, new RandomSource(9))));
        Assert.False(first.Equals(RandomResizedCrop.Apply(images, 12, 0.2, 1, true, new RandomSource(10))));
    }

    [Fact]
    public void FloatsAreRefused()
    {
        using var images = zeros(1, 3, 8, 8);
        Assert.Throws<ArgumentException>(() => RandomResizedCrop.Apply(images, 4, 0.5, 1, false, new RandomSource(1)));
    }
}
