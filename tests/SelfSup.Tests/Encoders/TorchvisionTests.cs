using SelfSup.Encoders;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace SelfSup.Tests.Encoders;

/// <summary>Keys, shapes and the meaning of every key are those of torchvision's models.</summary>
public class TorchvisionTests
{
    [Theory]
    [InlineData("resnet18", 11_176_512, 120)]
    [InlineData("resnet34", 21_284_672, 216)]
    [InlineData("resnet50", 23_508_032, 318)]
    [InlineData("alexnet", 2_469_696, 10)]
    public void SizesAreTorchvisions(string name, long parameters, int keys)
    {
        using var encoder = EncoderCatalog.Create(name, 224);
        Assert.Equal(parameters, encoder.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal(keys, encoder.state_dict().Count);
    }

    [Fact]
    public void ResNet18HasExactlyTorchvisionsKeys()
    {
        List<string> expected = ["conv1.weight", .. Normalization("bn1")];
        string[] shortcuts = ["layer2.0", "layer3.0", "layer4.0"];
        foreach (var layer in new[] { "layer1", "layer2", "layer3", "layer4" })
        {
            foreach (var block in new[] { $"{layer}.0", $"{layer}.1" })
            {
                expected.AddRange([$"{block}.conv1.weight", .. Normalization($"{block}.bn1")]);
                expected.AddRange([$"{block}.conv2.weight", .. Normalization($"{block}.bn2")]);
            }
        }
        foreach (var block in shortcuts)
            expected.AddRange([$"{block}.downsample.0.weight", .. Normalization($"{block}.downsample.1")]);
        using var encoder = new ResNet(18, 224);
        Assert.Equal(expected.Order(StringComparer.Ordinal), encoder.state_dict().Keys.Order(StringComparer.Ordinal));

        static string[] Normalization(string name) =>
            [$"{name}.weight", $"{name}.bias", $"{name}.running_mean", $"{name}.running_var", $"{name}.num_batches_tracked"];
    }

    [Theory]
    [InlineData("resnet18", "conv1.weight", 64, 3, 7, 7)]
    [InlineData("resnet18", "layer2.0.conv1.weight", 128, 64, 3, 3)]
    [InlineData("resnet18", "layer2.0.downsample.0.weight", 128, 64, 1, 1)]
    [InlineData("resnet50", "layer1.0.conv1.weight", 64, 64, 1, 1)]
    [InlineData("resnet50", "layer1.0.downsample.0.weight", 256, 64, 1, 1)]
    [InlineData("resnet50", "layer1.2.conv3.weight", 256, 64, 1, 1)]
    [InlineData("resnet50", "layer4.0.conv2.weight", 512, 512, 3, 3)]
    [InlineData("resnet50", "layer4.2.bn3.running_var", 2048)]
    [InlineData("alexnet", "features.0.weight", 64, 3, 11, 11)]
    [InlineData("alexnet", "features.3.weight", 192, 64, 5, 5)]
    [InlineData("alexnet", "features.6.weight", 384, 192, 3, 3)]
    [InlineData("alexnet", "features.8.weight", 256, 384, 3, 3)]
    [InlineData("alexnet", "features.10.bias", 256)]
    public void ShapesAreTorchvisions(string name, string key, params int[] shape)
    {
        using var encoder = EncoderCatalog.Create(name, 224);
        Assert.Equal(shape.Select(side => (long)side), encoder.state_dict()[key].shape);
    }

    [Theory]
    [InlineData(18, new[] { 2, 2, 2, 2 })]
    [InlineData(50, new[] { 3, 4, 6, 3 })]
    public void ResNetComputesWhatItsKeysSay(int depth, int[] blocks)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var encoder = new ResNet(depth, 224, seed: 3);
        using var random = new Generator(1);
        encoder.eval();
        var state = encoder.state_dict();
        foreach (var (key, value) in state)
        {
            // Statistics of their own, so that swapped normalizations show.
            if (key.EndsWith("running_mean") || key.EndsWith("running_var"))
                value.uniform_(0.5, 1.5, random);
        }
        var images = randn(1, 3, 64, 64, generator: random);

        var map = F.max_pool2d(F.relu(Normalize("bn1", F.conv2d(images, state["conv1.weight"], null, [2, 2], [3, 3]))), 3, 2, 1);
        for (var layer = 1; layer <= 4; layer++)
        {
            for (var block = 0; block < blocks[layer - 1]; block++)
                map = Block($"layer{layer}.{block}", map, layer > 1 && block == 0 ? 2 : 1);
        }
        var actual = encoder.ForwardStages(images)[^1];
        Assert.True(actual.allclose(map, 1e-3, 1e-3), $"{actual.sub(map).abs().max().item<float>()}");

        Tensor Block(string name, Tensor inputs, int stride)
        {
            var shortcut = state.ContainsKey($"{name}.downsample.0.weight")
                ? Normalize($"{name}.downsample.1", Convolve($"{name}.downsample.0", inputs, stride))
                : inputs;
            var residual = F.relu(Normalize($"{name}.bn1", Convolve($"{name}.conv1", inputs, depth == 18 ? stride : 1)));
            residual = Normalize($"{name}.bn2", Convolve($"{name}.conv2", residual, depth == 18 ? 1 : stride));
            if (depth == 50)
                residual = Normalize($"{name}.bn3", Convolve($"{name}.conv3", F.relu(residual), 1));
            return F.relu(residual + shortcut);
        }

        Tensor Convolve(string name, Tensor inputs, int stride)
        {
            var weight = state[$"{name}.weight"];
            var padding = weight.shape[2] / 2;
            return F.conv2d(inputs, weight, null, [stride, stride], [padding, padding]);
        }

        Tensor Normalize(string name, Tensor inputs)
        {
            var scale = state[$"{name}.weight"] / (state[$"{name}.running_var"] + 1e-5).sqrt();
            var shift = state[$"{name}.bias"] - state[$"{name}.running_mean"] * scale;
            return inputs * scale.view(1, -1, 1, 1) + shift.view(1, -1, 1, 1);
        }
    }

    [Fact]
    public void AlexNetComputesWhatItsKeysSay()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var encoder = new AlexNet(224, seed: 3);
        using var random = new Generator(1);
        var state = encoder.state_dict();
        foreach (var bias in state.Where(pair => pair.Key.EndsWith("bias")))
            bias.Value.uniform_(-0.1, 0.1, random);
        var images = randn(1, 3, 224, 224, generator: random);
        var map = F.max_pool2d(Layer(0, images, 4, 2), 3, 2);
        map = F.max_pool2d(Layer(3, map, 1, 2), 3, 2);
        map = Layer(10, Layer(8, Layer(6, map, 1, 1), 1, 1), 1, 1);
        Assert.True(encoder.ForwardStages(images)[^1].allclose(F.max_pool2d(map, 3, 2), 1e-3, 1e-3));

        Tensor Layer(int index, Tensor inputs, int stride, int padding)
        {
            var (weight, bias) = (state[$"features.{index}.weight"], state[$"features.{index}.bias"]);
            return F.relu(F.conv2d(inputs, weight, bias, [stride, stride], [padding, padding]));
        }
    }
}
