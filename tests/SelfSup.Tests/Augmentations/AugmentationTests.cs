using SelfSup.Augmentations;
using static TorchSharp.torch;

namespace SelfSup.Tests.Augmentations;

public class AugmentationTests
{
    private static readonly Augmentation everything = new() { MinimumArea = 0.3, ColorJitter = 0.4, Hue = 0.1, Greyscale = 0.2, Blur = 0.5 };

    [Theory]
    [InlineData(32)]
    [InlineData(40)]
    public void EveryStepGivesBytesOfTheAskedSize(int side)
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 5, 3, side, side).to(ScalarType.Byte);
        foreach (var augmentation in new[] { new Augmentation(), everything })
        {
            var varied = augmentation.Apply(images, 32, new RandomSource(2));
            Assert.Equal([5, 3, 32, 32], varied.shape);
            Assert.Equal(ScalarType.Byte, varied.dtype);
            Assert.False(varied.Equals(images));
            Assert.True(varied.Equals(augmentation.Apply(images, 32, new RandomSource(2))));
        }
    }

    [Theory]
    [InlineData(32)]
    [InlineData(40)]
    public void AllFramesOfAClipAreVariedAlike(int side)
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 6, 3, side, side).to(ScalarType.Byte);
        var still = images.unsqueeze(1).expand(6, 4, 3, side, side).contiguous();
        foreach (var augmentation in new[] { new Augmentation(), everything })
        {
            var varied = augmentation.Apply(still, 32, new RandomSource(2));
            Assert.Equal([6, 4, 3, 32, 32], varied.shape);
            for (var t = 1; t < 4; t++)
                Assert.True(varied.select(1, t).Equals(varied.select(1, 0)));
            // And as the image that they all are would be, on its own.
            var alone = augmentation.Apply(images, 32, new RandomSource(2));
            Assert.InRange(alone.to(float32).sub(varied.select(1, 0).to(float32)).abs().max().item<float>(), 0, 1);
        }
    }

    [Fact]
    public void AClipIsVariedAsItsFramesWouldBe()
    {
        using var scope = NewDisposeScope();
        var clips = TestImages.Moving(5, 3, 40);
        var moved = new Augmentation { MinimumArea = 0.3, Blur = 1 };
        var varied = moved.Apply(clips, 32, new RandomSource(3));
        for (var t = 0; t < 3; t++)
            Assert.True(varied.select(1, t).Equals(moved.Apply(clips.select(1, t).contiguous(), 32, new RandomSource(3))));
    }

    [Fact]
    public void NothingIsLeftBehind()
    {
        var images = new RandomSource(1).Integers(256, 5, 3, 40, 40).to(ScalarType.Byte);
        using var random = new RandomSource(2);
        var before = LiveTensors.Count();
        everything.Apply(images, 32, random).Dispose();
        new Augmentation().Apply(images, 32, random).Dispose();
        Assert.Equal(before, LiveTensors.Count());
        images.Dispose();
    }

    [Fact]
    public void SettingsOutOfRangeAreNamed()
    {
        Refused("Augmentation.MinimumArea is 0", new() { MinimumArea = 0 });
        Refused("Augmentation.ColorJitter is 2", new() { ColorJitter = 2 });
        Refused("Augmentation.Hue is 0.6", new() { Hue = 0.6 });
        Refused("Augmentation.Greyscale is -1", new() { Greyscale = -1 });
        Refused("Augmentation.Blur is NaN", new() { Blur = double.NaN });

        static void Refused(string message, Augmentation augmentation)
        {
            using var images = zeros(1, 3, 8, 8, ScalarType.Byte);
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => augmentation.Apply(images, 8, new RandomSource(1))).Message);
        }
    }
}
