using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>How far predictions are from targets in direction; the targets are constants, whatever gradient history they have.</summary>
/// <remarks>
/// Methods ask each of two views for the other: SimSiam takes the mean of both directions, BYOL the sum. Chen and He, "Exploring Simple
/// Siamese Representation Learning", 2021, https://arxiv.org/abs/2011.10566; Grill et al., "Bootstrap Your Own Latent", 2020,
/// https://arxiv.org/abs/2006.07733.
/// </remarks>
public static class NegativeCosine
{
    /// <summary>SimSiam's form: the mean of minus the cosine, in [-1, 1].</summary>
    /// <param name="predictions">Predictions (N, D), of any length.</param>
    /// <param name="targets">Targets (N, D), of any length.</param>
    /// <returns>A scalar, owned by the caller.</returns>
    public static Tensor Of(Tensor predictions, Tensor targets)
    {
        using var scope = NewDisposeScope();
        return MeanCosine(predictions, targets).neg().MoveToOuterDisposeScope();
    }

    /// <summary>BYOL's form: the mean squared distance of the unit vectors, 2 - 2 x cosine, in [0, 4].</summary>
    /// <inheritdoc cref="Of"/>
    public static Tensor SquaredDistance(Tensor predictions, Tensor targets)
    {
        using var scope = NewDisposeScope();
        return MeanCosine(predictions, targets).mul(-2).add(2).MoveToOuterDisposeScope();
    }

    private static Tensor MeanCosine(Tensor predictions, Tensor targets)
    {
        var p = nn.functional.normalize(LossPrecision.Raise(predictions), dim: 1);
        var z = nn.functional.normalize(LossPrecision.Raise(targets.detach()), dim: 1);
        return p.mul(z).sum(1).mean();
    }
}
