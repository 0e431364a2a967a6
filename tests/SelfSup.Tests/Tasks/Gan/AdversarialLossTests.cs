using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class AdversarialLossTests
{
    private static readonly float[] RealLogits = [0.3f, -1.2f, 2.0f], FakeLogits = [-0.4f, 0.9f, -3.0f];

    [Fact]
    public void TheCriticsLossIsTheNegativeOfTheGamesValue()
    {
        using var scope = NewDisposeScope();
        var expected = -0.5 * (RealLogits.Average(x => Math.Log(Sigmoid(x))) + FakeLogits.Average(x => Math.Log(1 - Sigmoid(x))));
        Assert.Equal(expected, AdversarialLoss.OfCritic(Logits(RealLogits), Logits(FakeLogits)).item<float>(), 1e-5);
    }

    [Fact]
    public void ASmoothedCriticIsBestWhenItIsNotSure()
    {
        using var scope = NewDisposeScope();
        var fake = full(1, 1, -20f);
        double Loss(double verdict) => AdversarialLoss.OfCritic(full(1, 1, Math.Log(verdict / (1 - verdict))), fake, smoothing: 0.2).item<float>();
        Assert.True(Loss(0.8) < Loss(0.79) && Loss(0.8) < Loss(0.81));
    }

    [Fact]
    public void DeceiversHaveTheCriticsLossWithLabelsSwapped()
    {
        using var scope = NewDisposeScope();
        Tensor real = Logits(RealLogits), fake = Logits(FakeLogits);
        // Swapping labels is the same as negating verdicts.
        Assert.Equal(
            AdversarialLoss.OfCritic(real.neg(), fake.neg()).item<float>(), AdversarialLoss.OfDeceivers(real, fake).item<float>(), 1e-6);
        // Of an undecided critic all have the same loss.
        var undecided = zeros(3, 1);
        Assert.Equal(Math.Log(2), AdversarialLoss.OfCritic(undecided, undecided).item<float>(), 1e-6);
        Assert.Equal(Math.Log(2), AdversarialLoss.OfDeceivers(undecided, undecided).item<float>(), 1e-6);
        Assert.Equal(Math.Log(2), AdversarialLoss.OfGenerator(undecided).item<float>(), 1e-6);
    }

    [Fact]
    public void AGeneratorThatIsSeenThroughStillHasAGradient()
    {
        using var scope = NewDisposeScope();
        var fake = full(4, 1, -12f, requires_grad: true);
        AdversarialLoss.OfGenerator(fake).backward();
        Assert.Equal(-0.25, fake.grad![0, 0].item<float>(), 1e-4);
    }

    [Fact]
    public void AccuracyCountsBothSides()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(4 / 6.0, AdversarialLoss.Accuracy(Logits(RealLogits), Logits(FakeLogits)).item<float>(), 1e-6);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static Tensor Logits(float[] values) => tensor(values).unsqueeze(1);
}
