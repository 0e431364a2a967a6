using SelfSup.Augmentations;
using static TorchSharp.torch;

namespace SelfSup.Tests.Augmentations;

public class SolarizationTests
{
    [Fact]
    public void Levels_from_128_on_are_inverted()
    {
        using var scope = NewDisposeScope();
        var levels = tensor(new byte[] { 0, 1, 127, 128, 129, 200, 254, 255 }).view(1, 1, 1, 8);
        var solarized = Solarization.Apply(levels, 1, new RandomSource(1));
        Assert.Equal(new byte[] { 0, 1, 127, 127, 126, 55, 1, 0 }, solarized.view(8).data<byte>().ToArray());
    }

    [Theory]
    [InlineData(0.0, 0, 0)]
    [InlineData(0.2, 146, 254)] // 200 of 1000 within four deviations
    [InlineData(1.0, 1000, 1000)]
    public void The_asked_share_of_images_is_solarized_and_the_others_stay(double probability, int least, int most)
    {
        using var scope = NewDisposeScope();
        var images = full([1000, 3, 2, 2], 250, ScalarType.Byte);
        var solarized = Solarization.Apply(images, probability, new RandomSource(1)).view(1000, -1);
        var (isSolarized, isUnchanged) = (solarized.eq(5).all(1), solarized.eq(250).all(1));
        Assert.InRange(isSolarized.sum().item<long>(), least, most);
        Assert.Equal(1000, isSolarized.sum().item<long>() + isUnchanged.sum().item<long>());
    }
}
