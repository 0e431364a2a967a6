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
        var boxes = RandomResizedCrop.Draw(images, 0.2, flip: true, random);
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

    [Theory]
    [InlineData(24, 0.3)] // enlarges and makes smaller
    [InlineData(9, 0.5)]
    public void OneByOneAndAllAtOnceGiveTheSamePictures(int size, double area)
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 20, 3, 32, 32).to(ScalarType.Byte);
        var boxes = RandomResizedCrop.Draw(images, area, flip: true, new RandomSource(2));
        var difference = RandomResizedCrop.ResizeEach(images, boxes, size).to(ScalarType.Int32)
            .sub(RandomResizedCrop.ResizeAll(images, boxes, size).to(ScalarType.Int32)).abs();
        Assert.True(difference.max().item<int>() <= 1);
    }

    [Fact]
    public void TheWholeImageAtItsOwnSizeStaysAsItIs()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 4, 3, 16, 16).to(ScalarType.Byte);
        Assert.True(RandomResizedCrop.Apply(images, 16, 1, flip: false, new RandomSource(2)).Equals(images));
    }

    [Fact]
    public void ACropShowsWhatLiesInItsBox()
    {
        using var scope = NewDisposeScope();
        var ramp = arange(64, ScalarType.Float32).mul(4).to(ScalarType.Byte).view(1, 1, 1, 64).expand(50, 3, 64, 64).contiguous();
        var boxes = RandomResizedCrop.Draw(ramp, 0.3, flip: true, new RandomSource(3));
        var crops = RandomResizedCrop.ResizeEach(ramp, boxes, 32).to(ScalarType.Float32);
        var middle = boxes[2].add(boxes[3].div(2)).sub(0.5).mul(4);
        Assert.True(crops.mean([1, 2, 3]).sub(middle).abs().max().item<float>() < 1);
        var rises = crops[.., 0, 0, 31].sub(crops[.., 0, 0, 0]).gt(0);
        Assert.True(rises.Equals(boxes[4].eq(0))); // from left to right, unless mirrored
    }

    [Fact]
    public void TheSameGeneratorGivesTheSameCrops()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 4, 3, 16, 16).to(ScalarType.Byte);
        var first = RandomResizedCrop.Apply(images, 12, 0.2, true, new RandomSource(9));
        Assert.True(first.Equals(RandomResizedCrop.Apply(images, 12, 0.2, true, new RandomSource(9))));
        Assert.False(first.Equals(RandomResizedCrop.Apply(images, 12, 0.2, true, new RandomSource(10))));
    }

    [Fact]
    public void FloatsAndAreasOutOfRangeAreRefused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => RandomResizedCrop.Apply(zeros(1, 3, 8, 8), 4, 0.5, false, new RandomSource(1)));
        Assert.Throws<ArgumentException>(() => RandomResizedCrop.Apply(zeros(1, 3, 8, 8, ScalarType.Byte), 4, 0, false, new RandomSource(1)));
    }
}
