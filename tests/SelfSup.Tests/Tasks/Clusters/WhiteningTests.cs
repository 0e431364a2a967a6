using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks.Clusters;

public class WhiteningTests
{
    [Fact]
    public void Components_are_uncorrelated_and_of_variance_1()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var features = random.Normal(300, 6).mm(random.Normal(6, 6)).add(5);
        var white = Whitening.Of(features, 4);
        Assert.Equal([300, 4], white.shape);
        Assert.True(white.mean([0]).allclose(zeros(4), 0, 1e-4));
        Assert.True(white.t().mm(white).div(300).allclose(eye(4), 0, 1e-3));
    }

    [Fact]
    public void Constant_features_and_more_features_than_rows_stay_finite()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        Assert.True(Whitening.Of(random.Normal(3, 8), 256).isfinite().all().item<bool>());
        Assert.True(Whitening.Of(ones(5, 4), 256).abs().sum().item<float>() < 1e-3);
    }
}
