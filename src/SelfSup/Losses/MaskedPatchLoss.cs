using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>
/// MAE's loss: the squared error of the patches that were hidden. He et al., "Masked Autoencoders Are Scalable Vision Learners", 2021,
/// https://arxiv.org/abs/2111.06377.
/// </summary>
public static class MaskedPatchLoss
{
    private const double Epsilon = 1e-6;

    /// <summary>Computes the mean squared error over the hidden patches.</summary>
    /// <param name="predictions">Predicted patches (N, L, P).</param>
    /// <param name="patches">The true patches (N, L, P), as <see cref="Normalize"/> makes them or as they are; constants.</param>
    /// <param name="mask">Which patches are hidden, bool (N, L); at least one is.</param>
    /// <returns>A scalar, at least 0, owned by the caller.</returns>
    public static Tensor Of(Tensor predictions, Tensor patches, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var predicted = LossPrecision.Raise(predictions);
        var errors = predicted.sub(LossPrecision.Raise(patches.detach())).square().mean([2]); // (N, L)
        var hidden = mask.to(errors.dtype);
        return errors.mul(hidden).sum().div(hidden.sum()).MoveToOuterDisposeScope();
    }

    /// <summary>Brings every patch to mean 0 and variance 1, so that its contrast counts and not its brightness.</summary>
    /// <param name="patches">Patches (N, L, P).</param>
    /// <returns>Patches (N, L, P), owned by the caller.</returns>
    public static Tensor Normalize(Tensor patches)
    {
        using var scope = NewDisposeScope();
        var (mean, deviation) = Statistics(patches);
        return patches.sub(mean).div(deviation).MoveToOuterDisposeScope();
    }

    /// <summary>Undoes <see cref="Normalize"/>.</summary>
    /// <param name="normalized">Patches (N, L, P) of mean 0 and variance 1, such as predictions.</param>
    /// <param name="patches">The true patches (N, L, P), whose mean and variance are taken.</param>
    /// <returns>Patches (N, L, P), owned by the caller.</returns>
    public static Tensor Denormalize(Tensor normalized, Tensor patches)
    {
        using var scope = NewDisposeScope();
        var (mean, deviation) = Statistics(patches);
        return normalized.mul(deviation).add(mean).MoveToOuterDisposeScope();
    }

    private static (Tensor Mean, Tensor Deviation) Statistics(Tensor patches) =>
        (patches.mean([2], keepdim: true), patches.var(2, unbiased: true, keepdim: true).add(Epsilon).sqrt());
}
