using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

public class InitializationTests
{
    [Fact]
    public void LinearLayersFillTheUniformRangeOfTheirFanIn()
    {
        using var layer = nn.Linear(100, 400);
        Initialization.Apply(layer, seed: 1);
        foreach (var values in new[] { layer.weight, layer.bias! })
        {
            using var largest = values.abs().max();
            using var mean = values.mean();
            Assert.InRange(largest.item<float>(), 0.095f, 0.1f);
            Assert.InRange(mean.item<float>(), -0.01f, 0.01f);
        }
    }

    [Fact]
    public void NormalizationsForgetWhatTheySaw()
    {
        using var noGrad = no_grad();
        using var layer = nn.BatchNorm2d(4);
        using var images = randn(8, 4, 3, 3).add_(5);
        layer.forward(images).Dispose();
        layer.weight!.fill_(3);
        Initialization.Apply(layer, seed: 1);
        Assert.Equal([1f, 1f, 1f, 1f], layer.weight.data<float>().ToArray());
        Assert.Equal([0f, 0f, 0f, 0f], layer.running_mean!.data<float>().ToArray());
        Assert.Equal([1f, 1f, 1f, 1f], layer.running_var!.data<float>().ToArray());
        Assert.Equal(0, layer.num_batches_tracked!.item<long>());
    }
}
