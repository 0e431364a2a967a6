using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>A generator with its average, which the models of all GAN tasks have.</summary>
public abstract class GanModel : PretextModel
{
    /// <summary>Name of the metric that tells how varied generated images are: their mean distance by that of real ones.</summary>
    public const string Diversity = "diversity";

    /// <summary>
    /// The discriminator learns more slowly than who deceives it. At equal rates an encoder, with batch normalization from its first layer
    /// on, soon tells all samples from real images and leaves the generator nothing to learn from.
    /// </summary>
    private protected const double CriticsLearningRateFactor = 1 / 3d;

    // Collapsed runs on CIFAR-10 measured 0.02, those whose samples began to show things 0.3 to 0.6.
    private const double LeastDiversity = 0.2;

    private readonly nn.Module<Tensor, Tensor> generator;
    private readonly GeneratorAverage? average;

    private protected GanModel(string name, Encoder encoder, GanOptions options)
        : this(name, encoder, options, () => new ImageGenerator(options.NoiseSize, encoder.ImageSize, options.GeneratorWidth))
    {
    }

    private protected GanModel(string name, Encoder encoder, GanOptions options, Func<nn.Module<Tensor, Tensor>> newGenerator)
        : base(name, encoder)
    {
        NoiseSize = options.NoiseSize;
        generator = newGenerator();
        if (options.GeneratorAverage > 0)
            average = new GeneratorAverage(newGenerator(), generator, options.GeneratorAverage);
    }

    /// <summary>Length of the noise that an image is made of.</summary>
    public int NoiseSize { get; }

    /// <summary>The alarm for objectives that measure <see cref="Diversity"/>.</summary>
    private protected static MetricAlarm CollapseAlarm { get; } = new(
        Diversity, LeastDiversity,
        "generated images resemble each other, the generator may have collapsed; try a lower learning rate, larger batches or another seed.");

    private protected nn.Module<Tensor, Tensor> Generator => generator;

    /// <summary>
    /// Makes images of noise, or clips of the generator's own length, by the averaged generator if there is one. The same noise gives the
    /// same images.
    /// </summary>
    /// <param name="noise">Noise from <see cref="GanTask.DrawNoise"/>, float (N, <see cref="NoiseSize"/>).</param>
    /// <returns>Images, float32 (N, 3, S, S), or clips (N, T, 3, S, S), in [0, 1], owned by the caller.</returns>
    /// <exception cref="ArgumentException">The noise has another shape.</exception>
    public Tensor Sample(Tensor noise) => SampleBy(sampled => sampled.forward(noise), noise);

    /// <summary>Lets the averaged generator, if there is one, make something of noise in evaluation mode and without gradient.</summary>
    /// <returns>What it made, brought to [0, 1].</returns>
    private protected Tensor SampleBy(Func<nn.Module<Tensor, Tensor>, Tensor> make, Tensor noise)
    {
        if (noise.dim() != 2 || noise.shape[1] != NoiseSize)
            throw new ArgumentException($"Noise of the shape (N, {NoiseSize}) is needed, not ({string.Join(", ", noise.shape)}).", nameof(noise));
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var sampled = average?.Generator ?? generator;
        var training = sampled.training;
        sampled.eval();
        try
        {
            return ToUnitRange(make(sampled)).MoveToOuterDisposeScope();
        }
        finally
        {
            sampled.train(training);
        }
    }

    /// <summary>Lets the averaged generator follow.</summary>
    /// <inheritdoc/>
    public override void OnStepCompleted(PretextBatch batch, StepContext step) => average?.Follow(generator);

    /// <summary>[-1, 1] to [0, 1].</summary>
    private protected static Tensor ToUnitRange(Tensor images)
    {
        using var shifted = images.add(1);
        return shifted.div(2);
    }

    /// <summary>uint8 images to float32 in [-1, 1].</summary>
    private protected static Tensor ToSignedRange(Tensor images) => images.to(ScalarType.Float32).mul_(2 / 255f).sub_(1);

    /// <summary>Makes images, or clips like the batch's, of a batch's noise, in the generator's present mode.</summary>
    /// <returns>As many as there are in the batch, in [-1, 1].</returns>
    private protected virtual Tensor Generate(PretextBatch batch) => generator.forward(batch.Targets);

    /// <summary><see cref="Generate"/> without gradient.</summary>
    private protected Tensor GenerateWithoutGradient(PretextBatch batch)
    {
        using var noGrad = no_grad();
        return Generate(batch);
    }

    /// <summary>How varied generated images are in comparison with real ones.</summary>
    /// <param name="generated">Images in [-1, 1].</param>
    /// <param name="real">Images, uint8.</param>
    internal static Tensor MeasureDiversity(Tensor generated, Tensor real)
    {
        using var scope = NewDisposeScope();
        // Distances of images in [-1, 1] are twice as large.
        return ImageDistances.ToNext(generated).div(ImageDistances.ToNext(real).mul(2).clamp_min(1e-6)).MoveToOuterDisposeScope();
    }

    /// <summary>Encoders differ in their last map, whose places a critic should tell apart: a linear layer on all of them.</summary>
    private protected static nn.Module<Tensor, Tensor> NewHead(Encoder encoder, int outputs)
    {
        var side = encoder.MeasureStages()[^1];
        return nn.Sequential(nn.Flatten(), nn.Linear(encoder.FeatureCount * side * side, outputs));
    }
}
