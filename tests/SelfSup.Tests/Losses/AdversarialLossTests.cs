using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tests.Losses;

public class AdversarialLossTests
{
    private static readonly float[] RealLogits = [0.3f, -1.2f, 2.0f], FakeLogits = [-0.4f, 0.9f, -3.0f];

    [Fact]
    public void The_discriminators_loss_is_the_negative_of_the_games_value()
    {
        using var scope = NewDisposeScope();
        var expected = -0.5 * (RealLogits.Average(x => Math.Log(Sigmoid(x))) + FakeLogits.Average(x => Math.Log(1 - Sigmoid(x))));
        Assert.Equal(expected, AdversarialLoss.OfDiscriminator(Logits(RealLogits), Logits(FakeLogits)).item<float>(), 1e-5);
    }

    [Fact]
    public void Only_what_is_real_is_doubted()
    {
        using var scope = NewDisposeScope();
        Tensor real = Logits(RealLogits).requires_grad_(), fake = Logits(FakeLogits).requires_grad_();
        var loss = AdversarialLoss.OfDiscriminator(real, fake, smoothing: 0.2);
        // The cross-entropy with the label y is -y ln s - (1 - y) ln(1 - s): y is 0.8 for what is real, and 0 for what is not.
        var expected = -0.5 * (RealLogits.Average(x => 0.8 * Math.Log(Sigmoid(x)) + 0.2 * Math.Log(1 - Sigmoid(x)))
            + FakeLogits.Average(x => Math.Log(1 - Sigmoid(x))));
        Assert.Equal(expected, loss.item<float>(), 1e-5);
        loss.backward();
        AssertGradient(x => (Sigmoid(x) - 0.8) / 6, RealLogits, real); // s - y, by 3 images and 2 sides
        AssertGradient(x => Sigmoid(x) / 6, FakeLogits, fake);
    }

    [Fact]
    public void A_smoothed_discriminator_is_best_when_it_is_not_sure()
    {
        using var scope = NewDisposeScope();
        var fake = full(1, 1, -20f);
        double Loss(double verdict) => AdversarialLoss.OfDiscriminator(full(1, 1, Math.Log(verdict / (1 - verdict))), fake, smoothing: 0.2).item<float>();
        Assert.True(Loss(0.8) < Loss(0.79) && Loss(0.8) < Loss(0.81));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Smoothing_out_of_its_range_is_refused(double smoothing)
    {
        using var scope = NewDisposeScope();
        Tensor real = Logits(RealLogits), fake = Logits(FakeLogits);
        Assert.Throws<ArgumentOutOfRangeException>(() => AdversarialLoss.OfDiscriminator(real, fake, smoothing));
    }

    [Fact]
    public void Swapped_labels_give_what_negated_verdicts_do()
    {
        using var scope = NewDisposeScope();
        Tensor real = Logits(RealLogits).requires_grad_(), fake = Logits(FakeLogits).requires_grad_();
        var loss = AdversarialLoss.OfSwappedLabels(real, fake);
        Assert.Equal(AdversarialLoss.OfDiscriminator(real.neg(), fake.neg()).item<float>(), loss.item<float>(), 1e-6);
        loss.backward();
        AssertGradient(x => Sigmoid(x) / 6, RealLogits, real);
        AssertGradient(x => (Sigmoid(x) - 1) / 6, FakeLogits, fake);
        // Of an undecided discriminator all have the same loss.
        var undecided = zeros(3, 1);
        Assert.Equal(Math.Log(2), AdversarialLoss.OfDiscriminator(undecided, undecided).item<float>(), 1e-6);
        Assert.Equal(Math.Log(2), AdversarialLoss.OfSwappedLabels(undecided, undecided).item<float>(), 1e-6);
        Assert.Equal(Math.Log(2), AdversarialLoss.OfGenerator(undecided).item<float>(), 1e-6);
    }

    [Fact]
    public void A_generator_wants_its_fakes_to_be_called_real()
    {
        using var scope = NewDisposeScope();
        var fake = Logits(FakeLogits).requires_grad_();
        var loss = AdversarialLoss.OfGenerator(fake);
        Assert.Equal(-FakeLogits.Average(x => Math.Log(Sigmoid(x))), loss.item<float>(), 1e-5);
        loss.backward();
        AssertGradient(x => (Sigmoid(x) - 1) / 3, FakeLogits, fake);
        // One that is seen through still has a gradient.
        var seenThrough = full(4, 1, -12f, requires_grad: true);
        AdversarialLoss.OfGenerator(seenThrough).backward();
        Assert.Equal(-0.25, seenThrough.grad![0, 0].item<float>(), 1e-4);
    }

    [Fact]
    public void Accuracy_counts_both_sides()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(4 / 6.0, AdversarialLoss.Accuracy(Logits(RealLogits), Logits(FakeLogits)).item<float>(), 1e-6);
    }

    private static void AssertGradient(Func<double, double> expected, float[] logits, Tensor tensor)
    {
        var actual = tensor.grad!.flatten().data<float>().ToArray();
        Assert.All(logits.Zip(actual), pair => Assert.Equal(expected(pair.First), pair.Second, 1e-6));
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static Tensor Logits(float[] values) => tensor(values).unsqueeze(1);
}
