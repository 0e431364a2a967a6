using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>What the sides of an adversarial game minimize, from the logits of "this is real".</summary>
/// <remarks>Goodfellow et al., "Generative Adversarial Nets", 2014, https://arxiv.org/abs/1406.2661.</remarks>
internal static class AdversarialLoss
{
    /// <summary>The critic's loss: the mean of the cross-entropies of both batches.</summary>
    /// <param name="real">Logits of what is real, float (N, 1).</param>
    /// <param name="fake">Logits of what is not, float (N, 1).</param>
    /// <param name="smoothing">Doubt about what is real, in [0, 1): its label is 1 less this.</param>
    /// <returns>A scalar, owned by the caller.</returns>
    public static Tensor OfCritic(Tensor real, Tensor fake, double smoothing = 0)
    {
        using var scope = NewDisposeScope();
        return CrossEntropy(real, 1 - smoothing).add(CrossEntropy(fake, 0)).div(2).MoveToOuterDisposeScope();
    }

    /// <summary>The critic's loss with labels swapped, which those minimize who make both what is real and what is not.</summary>
    /// <param name="real">Logits of what is real, float (N, 1).</param>
    /// <param name="fake">Logits of what is not, float (N, 1).</param>
    /// <returns>A scalar, owned by the caller.</returns>
    public static Tensor OfDeceivers(Tensor real, Tensor fake) => OfCritic(fake, real);

    /// <summary>
    /// The loss of a generator alone: fakes judged as if they were real. Unlike the negative of the critic's loss it has a gradient while
    /// the critic is sure.
    /// </summary>
    /// <param name="fake">Logits of what it made, float (N, 1).</param>
    /// <returns>A scalar, owned by the caller.</returns>
    public static Tensor OfGenerator(Tensor fake) => CrossEntropy(fake, 1);

    /// <summary>Share of the critic's verdicts that are right.</summary>
    /// <param name="real">Logits of what is real, float (N, 1).</param>
    /// <param name="fake">Logits of what is not, float (N, 1).</param>
    /// <returns>A scalar without gradient, owned by the caller.</returns>
    public static Tensor Accuracy(Tensor real, Tensor fake)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return real.gt(0).to(ScalarType.Float32).mean().add(fake.lt(0).to(ScalarType.Float32).mean()).div(2).MoveToOuterDisposeScope();
    }

    private static Tensor CrossEntropy(Tensor logits, double label)
    {
        using var labels = full_like(logits, label);
        return nn.functional.binary_cross_entropy_with_logits(logits, labels);
    }
}
