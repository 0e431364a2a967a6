using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>What the sides of an adversarial game minimize, from the discriminator's logits of "this is real".</summary>
/// <remarks>Goodfellow et al., "Generative Adversarial Nets", 2014, https://arxiv.org/abs/1406.2661.</remarks>
public static class AdversarialLoss
{
    /// <summary>The discriminator's loss: the mean of the binary cross-entropies of both batches.</summary>
    /// <param name="real">Logits of what is real, float (N, 1).</param>
    /// <param name="fake">Logits of what is not, float (M, 1).</param>
    /// <param name="smoothing">
    /// Doubt about what is real, in [0, 1): its label is 1 less this. The label of what is not stays 0, or a discriminator would do best to
    /// take for real what looks like the present fakes (Salimans et al., 2016, https://arxiv.org/abs/1606.03498).
    /// </param>
    /// <returns>A scalar, owned by the caller.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="smoothing"/> is out of its range.</exception>
    public static Tensor OfDiscriminator(Tensor real, Tensor fake, double smoothing = 0)
    {
        if (smoothing is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(smoothing), smoothing, "The smoothing must be in [0, 1).");
        using var scope = NewDisposeScope();
        return CrossEntropy(real, 1 - smoothing).add(CrossEntropy(fake, 0)).div(2).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The discriminator's loss with labels swapped, for those who make both what is real and what is not, as BiGAN's encoder and generator.
    /// </summary>
    /// <param name="real">Logits of what is real, float (N, 1).</param>
    /// <param name="fake">Logits of what is not, float (M, 1).</param>
    /// <returns>A scalar, owned by the caller.</returns>
    public static Tensor OfSwappedLabels(Tensor real, Tensor fake) => OfDiscriminator(fake, real);

    /// <summary>
    /// The loss of a generator alone: fakes judged as if they were real. Unlike the negative of the discriminator's loss it has a gradient
    /// while the discriminator is sure.
    /// </summary>
    /// <param name="fake">Logits of what it made, float (N, 1).</param>
    /// <returns>A scalar, owned by the caller.</returns>
    public static Tensor OfGenerator(Tensor fake) => CrossEntropy(fake, 1);

    /// <summary>Share of the discriminator's verdicts that are right, the mean over both batches.</summary>
    /// <param name="real">Logits of what is real, float (N, 1).</param>
    /// <param name="fake">Logits of what is not, float (M, 1).</param>
    /// <returns>A float32 scalar in [0, 1] without gradient, owned by the caller.</returns>
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
