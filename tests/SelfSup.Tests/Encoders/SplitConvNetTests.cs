using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

public class SplitConvNetTests
{
    /// <summary>Statistics that differ much between the channels: halves are told apart by pixels, not by what is normalized.</summary>
    private static readonly Normalization Uneven = new([0.2f, 0.5f, 0.8f], [0.1f, 0.2f, 0.4f]);

    [Fact]
    public void The_colors_half_does_not_see_how_bright_an_image_is()
    {
        using var scope = NewDisposeScope();
        using var encoder = new SplitConvNet(32, seed: 1, Uneven);
        encoder.eval();
        var images = TestImages.Colorful(2, 32).to(ScalarType.Float32).div(255).mul(0.5);
        var (light, color) = encoder.ForwardHalves(encoder.Normalize(images));
        var (brighter, same) = encoder.ForwardHalves(encoder.Normalize(images.add(0.3)));
        Assert.Equal(4, color.Length);
        foreach (var (before, after) in color.Zip(same))
            Assert.True(before.allclose(after, 1e-3, 1e-4));
        Assert.True(light[0].sub(brighter[0]).abs().max().item<float>() > 0.05);
    }

    [Fact]
    public void The_brightness_half_does_not_see_colors_of_one_brightness()
    {
        using var scope = NewDisposeScope();
        using var encoder = new SplitConvNet(32, seed: 1, Uneven);
        encoder.eval();
        var images = full([1, 3, 32, 32], 0.5, float32);
        var tinted = images.clone();
        tinted.select(1, 0).add_(0.114);
        tinted.select(1, 2).sub_(0.299); // 0.299 R + 0.587 G + 0.114 B is what it was
        var (light, color) = encoder.ForwardHalves(encoder.Normalize(images));
        var (same, tint) = encoder.ForwardHalves(encoder.Normalize(tinted));
        Assert.True(light[3].allclose(same[3], 1e-3, 1e-4));
        Assert.True(color[0].sub(tint[0]).abs().max().item<float>() > 0.05);
    }

    [Fact]
    public void Stages_are_both_halves_one_behind_the_other()
    {
        using var scope = NewDisposeScope();
        using var encoder = new SplitConvNet(32, seed: 1);
        encoder.eval();
        var inputs = encoder.Normalize(TestImages.Colorful(2, 32));
        var (light, color) = encoder.ForwardHalves(inputs);
        foreach (var (stage, i) in encoder.ForwardStages(inputs).Select((map, i) => (map, i)))
        {
            Assert.Equal(encoder.Stages[i].Channels, stage.shape[1]);
            Assert.True(stage.Equals(cat([light[i], color[i]], 1)));
        }
    }
}
