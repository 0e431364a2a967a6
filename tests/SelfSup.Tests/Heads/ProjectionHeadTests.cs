using SelfSup.Heads;
using static TorchSharp.torch;

namespace SelfSup.Tests.Heads;

public class ProjectionHeadTests
{
    [Fact]
    public void Options_decide_the_layers()
    {
        Assert.Equal(
            ["layers.linear1.weight", "layers.linear2.weight", "layers.norm1.bias", "layers.norm1.weight"],
            Parameters(new ProjectionOptions()));
        Assert.Equal(
            ["layers.linear1.weight", "layers.linear2.weight", "layers.linear3.bias", "layers.linear3.weight", "layers.norm1.bias",
                "layers.norm1.weight", "layers.norm2.bias", "layers.norm2.weight"],
            Parameters(new ProjectionOptions { Layers = 3, LastBias = true, OutputNorm = OutputNorm.Plain }));
        Assert.Equal(
            ["layers.linear1.bias", "layers.linear1.weight", "layers.linear2.weight", "layers.norm2.bias", "layers.norm2.weight"],
            Parameters(new ProjectionOptions { HiddenNorm = false, OutputNorm = OutputNorm.Affine }));
        Assert.Equal(["layers.linear1.weight"], Parameters(new ProjectionOptions { Layers = 1 }));

        static IEnumerable<string> Parameters(ProjectionOptions options)
        {
            using var head = new ProjectionHead(6, options);
            return [.. head.named_parameters().Select(pair => pair.name).Order(StringComparer.Ordinal)];
        }
    }

    [Theory]
    [InlineData(OutputNorm.Plain)]
    [InlineData(OutputNorm.Affine)]
    public void A_norm_at_the_end_standardizes_every_output_over_the_batch(OutputNorm norm)
    {
        using var scope = NewDisposeScope();
        using var head = new ProjectionHead(6, new ProjectionOptions { Hidden = 32, Output = 5, OutputNorm = norm });
        using var random = new RandomSource(1);
        var outputs = head.forward(random.Normal(64, 6));
        Assert.Equal([64L, 5L], outputs.shape);
        Assert.True(outputs.mean([0]).abs().max().item<float>() < 1e-4);
        Assert.Equal(1, outputs.std(0, unbiased: false).min().item<float>(), 1e-2);
    }

    [Fact]
    public void A_copy_has_the_weights_statistics_and_mode_and_goes_its_own_way()
    {
        using var scope = NewDisposeScope();
        using var head = new ProjectionHead(6, new ProjectionOptions { Hidden = 8, Output = 5 });
        using var random = new RandomSource(1);
        var features = random.Normal(16, 6);
        head.forward(features).Dispose(); // statistics of its own
        head.eval();
        using var copy = head.Copy();
        Assert.False(copy.training);
        Assert.True(head.forward(features).Equals(copy.forward(features)));
        using (no_grad())
            head.parameters().First().add_(1);
        Assert.False(head.forward(features).Equals(copy.forward(features)));
        Assert.All(copy.parameters(), parameter => Assert.True(parameter.requires_grad));
    }

    [Fact]
    public void Wrong_options_are_named()
    {
        Assert.Contains("Layers is 0", Assert.Throws<ArgumentException>(() => new ProjectionHead(6, new ProjectionOptions { Layers = 0 })).Message);
        Assert.Contains("Hidden is 0", Assert.Throws<ArgumentException>(() => new ProjectionHead(6, new ProjectionOptions { Hidden = 0 })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProjectionHead(0));
    }
}
