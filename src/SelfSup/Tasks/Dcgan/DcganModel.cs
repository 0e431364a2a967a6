using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The discriminator, which is linear in the encoder's last map and in the batch's spread, and the generator.</summary>
public sealed class DcganModel : GanModel
{
    private readonly SampledGenerator<ImageGenerator> generator;
    private readonly EncoderDiscriminator discriminator;

    internal DcganModel(string name, Encoder encoder, GanOptions options)
        : base(name, encoder, options)
    {
        generator = new(options, () => new ImageGenerator(options.NoiseSize, encoder.ImageSize, options.GeneratorWidth));
        discriminator = new EncoderDiscriminator(encoder);
        RegisterComponents();
        Objectives =
        [
            DiscriminatorObjective.Create(Judge, options.LabelSmoothing, encoder, discriminator),
            new Objective("generator", ComputeGenerator, generator.Network),
        ];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <inheritdoc/>
    public override Tensor Sample(Tensor noise) => generator.Sample(noise, network => network.forward(noise));

    /// <inheritdoc/>
    public override void OnStepCompleted(PretextBatch batch, StepContext step) => generator.Follow(step.Step);

    private DiscriminatorObjective.Judgment Judge(PretextBatch batch)
    {
        var generated = generator.MakeWithoutGradient(network => network.forward(batch.Targets));
        // Real and generated images are judged apart, each normalized by the statistics of its own batch.
        return new(discriminator.Judge(Encoder, batch.Inputs), discriminator.JudgeGenerated(Encoder, generated), generated);
    }

    private PretextLoss ComputeGenerator(PretextBatch batch)
    {
        using var generated = generator.Network.forward(batch.Targets);
        using var fake = discriminator.JudgeGenerated(Encoder, generated);
        return new PretextLoss(AdversarialLoss.OfGenerator(fake));
    }
}
