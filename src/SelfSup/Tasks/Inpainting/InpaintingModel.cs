using SelfSup.Losses;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>
/// A decoder that paints the whole image from the encoder's deepest map, judged in the hole, and in a band around a central one.
/// </summary>
/// <remarks>
/// With a critic there are two objectives: what the encoder and the decoder paint, and how well the critic sees through it.
/// </remarks>
public sealed class InpaintingModel : PretextModel
{
    private const string Completed = "completed";
    private readonly double reconstructionWeight;
    private readonly InpaintingDecoder decoder;
    private readonly nn.Module<Tensor, Tensor>? critic;

    internal InpaintingModel(string name, Encoder encoder, InpaintingOptions options)
        : base(name, encoder)
    {
        reconstructionWeight = options.ReconstructionWeight;
        decoder = new InpaintingDecoder(encoder);
        critic = options.Adversarial ? InpaintingCritic.Create(encoder.ImageSize) : null;
        RegisterComponents();
        var reconstruction = new Objective("reconstruction", Objective.Typed<InpaintingBatch>(ComputeReconstruction), encoder, decoder);
        // The authors' generator learns ten times as fast as their critic.
        Objectives = critic is null
            ? [reconstruction]
            : [reconstruction, new Objective("critic", Objective.Typed<InpaintingBatch>(ComputeCritic), critic) { LearningRateFactor = 0.1 }];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Paints every image.</summary>
    /// <param name="batch">A generated batch.</param>
    /// <returns>Images, float32 (N, 3, S, S) in [-1, 1], owned by the caller.</returns>
    public Tensor Paint(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var painted = decoder.forward(Encoder.ForwardStages(Encoder.Normalize(batch.Inputs))[^1]).to(ScalarType.Float32);
        var side = batch.Inputs.shape[2];
        if (painted.shape[2] != side)
            painted = nn.functional.interpolate(painted, size: [side, side], mode: InterpolationMode.Bilinear, align_corners: false);
        return painted.MoveToOuterDisposeScope();
    }

    /// <summary>Paints the holes alone and leaves the rest as it is.</summary>
    /// <param name="batch">A generated batch.</param>
    /// <returns>Images, float32 (N, 3, S, S) in [-1, 1], owned by the caller.</returns>
    public Tensor Complete(InpaintingBatch batch)
    {
        using var painted = Paint(batch);
        return Complete(batch, painted);
    }

    /// <summary>
    /// The mean squared error of an image in [-1, 1], weighted by <see cref="InpaintingBatch.Weights"/> and divided by their sum.
    /// </summary>
    /// <param name="painted">Images, float (N, 3, S, S).</param>
    /// <param name="batch">The batch they belong to.</param>
    /// <returns>A scalar, owned by the caller.</returns>
    public static Tensor ComputeError(Tensor painted, InpaintingBatch batch)
    {
        using var scope = NewDisposeScope();
        var squared = painted.sub(PixelRange.ToSigned(batch.Targets)).square().mul(batch.Weights);
        return squared.sum().div(batch.Weights.sum().mul(3 * painted.shape[0])).MoveToOuterDisposeScope();
    }

    private PretextLoss ComputeReconstruction(InpaintingBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        var painted = Paint(batch);
        var loss = ComputeError(painted, batch);
        var holeError = MeasureHole(painted, batch).MoveToOuterDisposeScope();
        if (critic is null)
            return new PretextLoss(loss.MoveToOuterDisposeScope(), ("hole_error", holeError));
        var completed = Complete(batch, painted);
        step.Keep(Completed, completed); // for the critic's turn
        var deceived = AdversarialLoss.OfGenerator(Judge(critic, completed));
        var sum = loss.mul(reconstructionWeight).add(deceived.mul(1 - reconstructionWeight));
        return new PretextLoss(
            sum.MoveToOuterDisposeScope(), ("hole_error", holeError), ("adversarial", deceived.detach().MoveToOuterDisposeScope()));
    }

    private PretextLoss ComputeCritic(InpaintingBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        var completed = step.Kept(Completed) ?? CompleteWithoutGradient(batch);
        // Real and completed images are judged apart, so that batch statistics do not give them away.
        var (real, fake) = (Judge(critic!, PixelRange.ToSigned(batch.Targets)), Judge(critic!, completed));
        return new PretextLoss(AdversarialLoss.OfDiscriminator(real, fake).MoveToOuterDisposeScope());
    }

    private Tensor CompleteWithoutGradient(InpaintingBatch batch)
    {
        using var noGrad = no_grad();
        return Complete(batch);
    }

    private static Tensor Judge(nn.Module<Tensor, Tensor> critic, Tensor images)
    {
        using var scope = NewDisposeScope();
        return critic.forward(ChannelsLast.Of(images)).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private static Tensor Complete(InpaintingBatch batch, Tensor painted)
    {
        using var scope = NewDisposeScope();
        return where(batch.Mask, painted, PixelRange.ToSigned(batch.Targets)).MoveToOuterDisposeScope();
    }

    /// <summary>The mean squared error in the holes alone, without gradient.</summary>
    private static Tensor MeasureHole(Tensor painted, InpaintingBatch batch)
    {
        using var scope = NewDisposeScope();
        var squared = painted.detach().sub(PixelRange.ToSigned(batch.Targets)).square().mul(batch.Mask);
        return squared.sum().div(batch.Mask.sum().mul(3 * painted.shape[0])).MoveToOuterDisposeScope();
    }
}
