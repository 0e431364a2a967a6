using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>
/// The discriminator of clips, which is linear in the mean over time of the encoder's last map, and the generator of both streams.
/// </summary>
public sealed class VideoGanModel : DcganModel
{
    /// <summary>Name of the metric that tells which share of the generated clips is foreground: the mean of their masks.</summary>
    public const string ForegroundShare = "foreground";

    // Theirs: without it the foreground would paint all, and nothing would have to stand still.
    private const double ForegroundPenalty = 0.1;

    internal VideoGanModel(string name, Encoder encoder, GanOptions options)
        : base(name, encoder, options, () => new VideoGenerator(options.NoiseSize, encoder.ImageSize, options.GeneratorWidth))
    {
    }

    /// <summary>Makes clips of noise, by the averaged generator if there is one. The same noise gives the same clips.</summary>
    /// <param name="noise">Noise from <see cref="VideoGanTask.DrawNoise"/>, float (N, <see cref="GanModel.NoiseSize"/>).</param>
    /// <param name="frames">Frames of a clip, at least 1.</param>
    /// <returns>Clips, float32 (N, frames, 3, S, S) in [0, 1], owned by the caller.</returns>
    /// <exception cref="ArgumentException">The noise has another shape, or there are no frames.</exception>
    public Tensor Sample(Tensor noise, int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        return SampleBy(sampled => ((VideoGenerator)sampled).Generate(noise, frames).Clips, noise);
    }

    /// <inheritdoc/>
    private protected override Tensor Generate(PretextBatch batch) => GenerateWithMask(batch).Clips;

    /// <inheritdoc/>
    private protected override PretextLoss ComputeGenerator(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var (clips, mask) = GenerateWithMask(batch);
        var deceit = AdversarialLoss.OfGenerator(JudgeGenerated(clips));
        var share = mask.mean();
        return new PretextLoss(
            deceit.add(share.mul(ForegroundPenalty)).MoveToOuterDisposeScope(),
            (ForegroundShare, share.detach().MoveToOuterDisposeScope()));
    }

    private (Tensor Clips, Tensor Mask) GenerateWithMask(PretextBatch batch) =>
        ((VideoGenerator)Generator).Generate(batch.Targets, (int)batch.Inputs.shape[1]);
}
