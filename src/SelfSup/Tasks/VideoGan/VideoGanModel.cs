using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>
/// The discriminator of clips, which is linear in the mean over time of the encoder's last map, and the generator of both streams.
/// </summary>
public sealed class VideoGanModel : GanModel
{
    /// <summary>Name of the metric that tells which share of the generated clips is foreground: the mean of their masks.</summary>
    public const string ForegroundShare = "foreground";

    // Theirs: without it the foreground would paint all, and nothing would have to stand still.
    private const double ForegroundPenalty = 0.1;

    private readonly SampledGenerator<VideoGenerator> generator;
    private readonly EncoderDiscriminator discriminator;

    internal VideoGanModel(string name, Encoder encoder, GanOptions options)
        : base(name, encoder, options)
    {
        generator = new(options, () => new VideoGenerator(options.NoiseSize, encoder.ImageSize, options.GeneratorWidth));
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

    /// <summary>Makes clips of noise, by the averaged generator if there is one. The same noise gives the same clips.</summary>
    /// <param name="noise">Noise from <see cref="VideoGanTask.DrawNoise"/>, float (N, <see cref="GanModel.NoiseSize"/>).</param>
    /// <param name="frames">Frames of a clip, at least 1.</param>
    /// <returns>Clips, float32 (N, frames, 3, S, S) in [0, 1], owned by the caller.</returns>
    /// <exception cref="ArgumentException">The noise has another shape, or there are no frames.</exception>
    public Tensor Sample(Tensor noise, int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        return generator.Sample(noise, network => network.Generate(noise, frames).Clips);
    }

    /// <inheritdoc/>
    public override void OnStepCompleted(PretextBatch batch, StepContext step) => generator.Follow(step.Step);

    private DiscriminatorObjective.Judgment Judge(PretextBatch batch)
    {
        var generated = generator.MakeWithoutGradient(network => Generate(network, batch).Clips);
        return new(discriminator.Judge(Encoder, batch.Inputs), discriminator.JudgeGenerated(Encoder, generated), generated);
    }

    private PretextLoss ComputeGenerator(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var (clips, mask) = Generate(generator.Network, batch);
        var deceit = AdversarialLoss.OfGenerator(discriminator.JudgeGenerated(Encoder, clips));
        var share = mask.mean();
        return new PretextLoss(
            deceit.add(share.mul(ForegroundPenalty)).MoveToOuterDisposeScope(),
            (ForegroundShare, share.detach().MoveToOuterDisposeScope()));
    }

    /// <summary>Makes clips as long as the batch's.</summary>
    private static (Tensor Clips, Tensor Mask) Generate(VideoGenerator network, PretextBatch batch) =>
        network.Generate(batch.Targets, (int)batch.Inputs.shape[1]);
}
