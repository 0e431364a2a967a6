using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class BatchSpreadJudgeTests
{
    [Fact]
    public void ItSeesTheDeviationOfEveryPlaceAndNotTheMean()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        manual_seed(1);
        using var judge = new BatchSpreadJudge();
        var images = random.Uniform(6, 3, 32, 32);
        var verdict = judge.forward(images);
        Assert.Equal([1, 1], verdict.shape);
        Assert.Equal(verdict.item<float>(), judge.forward(images.add(3)).item<float>(), 1e-4);
        Assert.NotEqual(verdict.item<float>(), judge.forward(images.mul(2)).item<float>(), 1e-3);

        // Twice the deviation moves the verdict twice as far from that of equal images, which have none.
        var equal = judge.forward(images[..1].expand(6, 3, 32, 32)).item<float>();
        Assert.Equal(2 * (verdict.item<float>() - equal), judge.forward(images.mul(2)).item<float>() - equal, 1e-3);
    }

    [Fact]
    public void EqualImagesHaveAFiniteGradient()
    {
        using var scope = NewDisposeScope();
        using var judge = new BatchSpreadJudge();
        var images = ones(4, 3, 16, 16, requires_grad: true);
        judge.forward(images).sum().backward();
        Assert.True(images.grad!.isfinite().all().item<bool>());
    }
}
