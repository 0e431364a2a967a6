using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The discriminator's side of a GAN: its objective, whose figures tell whether the game goes well.</summary>
internal static class DiscriminatorObjective
{
    // The discriminator learns more slowly than who deceives it. At equal rates an encoder, with batch normalization from its first layer
    // on, soon tells all samples from real images and leaves the generator nothing to learn from.
    private const double LearningRateFactor = 1 / 3d;

    // Collapsed runs on CIFAR-10 measured 0.02, those whose samples began to show things 0.3 to 0.6.
    private const double LeastDiversity = 0.2;

    private static readonly MetricAlarm collapse = new(
        GanModel.Diversity, LeastDiversity,
        "generated images resemble each other, the generator may have collapsed; try a lower learning rate, larger batches or another seed.");

    /// <summary>Creates the objective.</summary>
    /// <param name="judge">Judges a batch and as much that was generated; what it makes on the way is disposed by the objective.</param>
    /// <param name="smoothing">Doubt about what is real, in [0, 1).</param>
    /// <param name="modules">What judges.</param>
    public static Objective Create(Func<PretextBatch, Judgment> judge, double smoothing, params nn.Module[] modules) =>
        new("discriminator", batch => Measure(batch, judge, smoothing), modules) { LearningRateFactor = LearningRateFactor, Alarms = [collapse] };

    /// <summary>How varied generated images are in comparison with real ones: their mean distance by that of the real.</summary>
    /// <param name="generated">Images in [-1, 1].</param>
    /// <param name="real">Images, uint8.</param>
    public static Tensor MeasureDiversity(Tensor generated, Tensor real)
    {
        using var scope = NewDisposeScope();
        // Distances of images in [-1, 1] are twice as large.
        return ImageDistances.ToNext(generated).div(ImageDistances.ToNext(real).mul(2).clamp_min(1e-6)).MoveToOuterDisposeScope();
    }

    private static PretextLoss Measure(PretextBatch batch, Func<PretextBatch, Judgment> judge, double smoothing)
    {
        using var scope = NewDisposeScope();
        var (real, fake, generated) = judge(batch);
        return new PretextLoss(
            AdversarialLoss.OfDiscriminator(real, fake, smoothing).MoveToOuterDisposeScope(),
            ("accuracy", AdversarialLoss.Accuracy(real, fake).MoveToOuterDisposeScope()),
            (GanModel.Diversity, MeasureDiversity(generated, batch.Inputs).MoveToOuterDisposeScope()));
    }

    /// <summary>What a discriminator thinks of a batch and of what was generated.</summary>
    /// <param name="Real">Logits (N, 1) of the real images or clips.</param>
    /// <param name="Fake">Logits (N, 1) of the generated ones.</param>
    /// <param name="Generated">The generated ones, in [-1, 1].</param>
    internal readonly record struct Judgment(Tensor Real, Tensor Fake, Tensor Generated);
}
