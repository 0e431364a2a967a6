using SelfSup.Augmentations;
using static TorchSharp.torch;

namespace SelfSup.Tests.Augmentations;

public class RandomCropFlipTests
{
    [Fact]
    public void EveryCropIsAWindowOfItsImage()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 6, 3, 12, 12).to(ScalarType.Byte);
        var crops = RandomCropFlip.Apply(images, 9, padding: 0, flip: true, new RandomSource(2));
        var flips = 0;
        for (var i = 0; i < 6; i++)
        {
            var windows = from y in Enumerable.Range(0, 4) from x in Enumerable.Range(0, 4) select images[i].slice(1, y, y + 9, 1).slice(2, x, x + 9, 1);
            var found = windows.Select(window => window.Equals(crops[i]) ? 1 : window.flip(2).Equals(crops[i]) ? -1 : 0).Where(match => match != 0).ToArray();
            flips += found.Single() < 0 ? 1 : 0;
        }
        Assert.InRange(flips, 1, 5);
    }

    [Fact]
    public void PaddingReflectsTheBorder()
    {
        using var scope = NewDisposeScope();
        var images = arange(8).to(ScalarType.Byte).view(1, 1, 1, 8).expand(200, 3, 8, 8).contiguous();
        var rows = RandomCropFlip.Apply(images, 8, padding: 2, flip: false, new RandomSource(2)).select(1, 0).select(1, 0); // (200, 8)
        string[] expected = ["2 1 0 1 2 3 4 5", "1 0 1 2 3 4 5 6", "0 1 2 3 4 5 6 7", "1 2 3 4 5 6 7 6", "2 3 4 5 6 7 6 5"];
        var seen = Enumerable.Range(0, 200).Select(i => string.Join(' ', rows[i].data<byte>().ToArray())).Distinct().Order();
        Assert.Equal(expected.Order(), seen);
    }

    [Fact]
    public void TheSameGeneratorGivesTheSameCropsAndImagesStayAsTheyWere()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 4, 3, 16, 16).to(ScalarType.Byte);
        var before = images.clone();
        var first = RandomCropFlip.Apply(images, 16, 2, true, new RandomSource(9));
        Assert.True(first.Equals(RandomCropFlip.Apply(images, 16, 2, true, new RandomSource(9))));
        Assert.False(first.Equals(RandomCropFlip.Apply(images, 16, 2, true, new RandomSource(10))));
        Assert.True(images.Equals(before));
    }

    [Fact]
    public void ACropLargerThanTheImageIsRefused()
    {
        using var images = zeros(1, 3, 8, 8, ScalarType.Byte);
        Assert.Throws<ArgumentException>(() => RandomCropFlip.Apply(images, 13, 2, false, new RandomSource(1)));
    }
}
