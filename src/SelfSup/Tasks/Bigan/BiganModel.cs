using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The encoder's head, which tells an image's code, the generator, and the discriminator of pairs.</summary>
/// <remarks>
/// Two objectives: the discriminator's, and that of encoder and generator, which minimize the discriminator's loss with swapped labels.
/// </remarks>
public sealed class BiganModel : GanModel
{
    private readonly SampledGenerator<ImageGenerator> generator;
    private readonly nn.Module<Tensor, Tensor> head;
    private readonly JointDiscriminator discriminator;

    internal BiganModel(string name, Encoder encoder, GanOptions options)
        : base(name, encoder, options)
    {
        generator = new(options, () => new ImageGenerator(options.NoiseSize, encoder.ImageSize, options.GeneratorWidth));
        head = LastMapHead.Create(encoder, options.NoiseSize);
        discriminator = new JointDiscriminator(encoder.ImageSize, options.NoiseSize);
        RegisterComponents();
        Objectives =
        [
            DiscriminatorObjective.Create(Judge, smoothing: 0, discriminator),
            new Objective("encoder-generator", ComputeDeceivers, encoder, head, generator.Network),
        ];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <inheritdoc/>
    public override Tensor Sample(Tensor noise) => generator.Sample(noise, network => network.forward(noise));

    /// <inheritdoc/>
    public override void OnStepCompleted(PretextBatch batch, StepContext step) => generator.Follow(step.Step);

    /// <summary>Tells of which noise the generator would make images, by the encoder in its present mode.</summary>
    /// <param name="images">RGB images (N, 3, S, S): uint8 in 0..255, or float in [0, 1].</param>
    /// <returns>Codes, float32 (N, noise size) in [-1, 1] like the noise, owned by the caller.</returns>
    public Tensor Encode(Tensor images)
    {
        using var scope = NewDisposeScope();
        var map = Encoder.ForwardStages(Encoder.Normalize(images))[^1];
        return head.forward(map).to(ScalarType.Float32).tanh().MoveToOuterDisposeScope();
    }

    /// <summary>Makes images of the codes of images, by the averaged generator if there is one.</summary>
    /// <param name="images">RGB images (N, 3, S, S): uint8 in 0..255, or float in [0, 1].</param>
    /// <returns>Images, float32 (N, 3, S, S) in [0, 1], without gradient, owned by the caller.</returns>
    public Tensor Reconstruct(Tensor images)
    {
        using var noGrad = no_grad();
        using var codes = Encode(images);
        return Sample(codes);
    }

    private DiscriminatorObjective.Judgment Judge(PretextBatch batch)
    {
        var generated = generator.MakeWithoutGradient(network => network.forward(batch.Targets));
        var (real, fake) = Judge(batch, EncodeWithoutGradient(batch.Inputs), generated);
        return new(real, fake, generated);
    }

    private PretextLoss ComputeDeceivers(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var (real, fake) = Judge(batch, Encode(batch.Inputs), generator.Network.forward(batch.Targets));
        return new PretextLoss(AdversarialLoss.OfSwappedLabels(real, fake).MoveToOuterDisposeScope());
    }

    private Tensor EncodeWithoutGradient(Tensor images)
    {
        using var noGrad = no_grad();
        return Encode(images);
    }

    /// <summary>Judges images with their codes, and what was generated with its noise, each normalized by its own batch.</summary>
    private (Tensor Real, Tensor Fake) Judge(PretextBatch batch, Tensor codes, Tensor generated)
    {
        using var images = PixelRange.ToSigned(batch.Inputs);
        return (discriminator.forward(images, codes), discriminator.forward(generated, batch.Targets));
    }
}
