using SelfSup.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>One linear layer that tells the pixels of every patch from its token.</summary>
public sealed class SimMimModel : PretextModel
{
    private readonly int patch;
    private readonly Parameter mask_token;
    private readonly Conv2d decoder;

    internal SimMimModel(string name, Encoder encoder, SimMimOptions options)
        : base(name, encoder)
    {
        patch = PatchFit.SideFor(options.PatchSize, encoder.ImageSize);
        mask_token = nn.Parameter(nn.init.normal_(zeros(encoder.FeatureCount, device: CPU), 0, 0.02).DetachFromDisposeScope());
        decoder = nn.Conv2d(encoder.FeatureCount, 3 * patch * patch, 1);
        RegisterComponents();
        Objectives = [new Objective("reconstruction", Objective.Typed<SimMimBatch>(ComputeLoss), encoder, this)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Predicts all pixels, those that were seen too.</summary>
    /// <param name="images">Normalized images (N, 3, S, S).</param>
    /// <param name="mask">Which patches are hidden, bool (N, rows, columns).</param>
    /// <returns>Normalized images (N, 3, S, S), owned by the caller.</returns>
    public Tensor Predict(Tensor images, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var masked = (IMaskedEncoder)Encoder;
        var (rows, columns) = (mask.shape[1], mask.shape[2]);
        var tokens = masked.ForwardMasked(images, mask.flatten(1), mask_token).narrow(1, masked.PrefixCount, rows * columns);
        var map = tokens.transpose(1, 2).reshape(images.shape[0], -1, rows, columns);
        return nn.functional.pixel_shuffle(decoder.forward(map), patch).MoveToOuterDisposeScope();
    }

    /// <summary>Restores the hidden patches and leaves the others as they are.</summary>
    /// <param name="batch">A generated batch.</param>
    /// <returns>Images, float32 (N, 3, S, S) in [0, 1] where the prediction is good, owned by the caller.</returns>
    public Tensor Restore(SimMimBatch batch)
    {
        using var scope = NewDisposeScope();
        var images = Encoder.Normalize(batch.Inputs);
        var predicted = Predict(images, batch.Mask).to(ScalarType.Float32);
        var restored = where(Patches.ToPixels(batch.Mask, patch), predicted, images);
        return Encoder.Normalization.Undo(restored).MoveToOuterDisposeScope();
    }

    private PretextLoss ComputeLoss(SimMimBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        var images = Encoder.Normalize(batch.Inputs);
        var loss = MaskedPixelLoss.Of(Predict(images, batch.Mask), images, Patches.ToPixels(batch.Mask, patch));
        return new PretextLoss(loss).MoveToOuterDisposeScope();
    }
}
