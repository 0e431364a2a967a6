using SelfSup.Augmentations;
using static TorchSharp.torch;

namespace SelfSup.Tests.Augmentations;

public class GaussianBlurTests
{
    [Fact]
    public void ImagesThatAreNotDrawnStayAsTheyAre()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 4, 3, 20, 20).to(ScalarType.Byte);
        Assert.True(GaussianBlur.Apply(images, 0, new RandomSource(2)).Equals(images));
    }

    [Fact]
    public void BlurSpreadsAPointEvenlyAndKeepsItsLight()
    {
        using var scope = NewDisposeScope();
        var images = zeros(60, 3, 41, 41, ScalarType.Byte);
        images[.., .., 20, 20] = 255;
        var blurred = GaussianBlur.Apply(images, 1, new RandomSource(2)).to(ScalarType.Float32);
        Assert.True(blurred.Equals(blurred.flip(2)) && blurred.Equals(blurred.flip(3)) && blurred.Equals(blurred.transpose(2, 3)));
        Assert.True(blurred[.., .., 20, 20].min().item<float>() < 50);
        Assert.InRange(blurred.sum([2, 3]).mean().item<float>(), 245, 265); // up to rounding
        Assert.True(blurred.sub(blurred[.., ..1]).eq(0).all().item<bool>()); // the same for all colours
    }

    [Fact]
    public void EvenImagesStayEvenUpToTheirBorders()
    {
        using var scope = NewDisposeScope();
        var images = full([8, 3, 24, 24], 77, ScalarType.Byte);
        Assert.True(GaussianBlur.Apply(images, 0.5, new RandomSource(2)).Equals(images));
    }
}
