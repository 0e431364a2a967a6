using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>How far the correlations between two views' features, over a batch, are from the identity matrix.</summary>
/// <remarks>
/// Zbontar et al., "Barlow Twins: Self-Supervised Learning via Redundancy Reduction", 2021, https://arxiv.org/abs/2103.03230. Both views
/// have a gradient. Features that are constant over the batch give the number of features D.
/// </remarks>
public static class BarlowTwinsLoss
{
    private const double VarianceEpsilon = 1e-5;

    /// <summary>Computes the sum of squared differences from the identity matrix, those off its diagonal with a weight.</summary>
    /// <param name="first">Features of the first view, float (N, D), of at least two images.</param>
    /// <param name="second">Features of the second view of the same images, (N, D).</param>
    /// <param name="offDiagonalWeight">Weight of the correlations between different features, at least 0. The default is the paper's 0.005.</param>
    /// <returns>A scalar, at least 0, owned by the caller.</returns>
    /// <exception cref="ArgumentException">There is a single image, the shapes differ, or the weight is negative.</exception>
    public static Tensor Of(Tensor first, Tensor second, double offDiagonalWeight = 0.005)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offDiagonalWeight);
        using var scope = NewDisposeScope();
        var correlation = CrossCorrelation(first, second);
        var squares = correlation.sub(eye(correlation.shape[0], dtype: correlation.dtype, device: correlation.device)).square();
        return squares.sum().mul(offDiagonalWeight).add(squares.diagonal().sum().mul(1 - offDiagonalWeight)).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the correlation of every feature of the first view with every feature of the second.</summary>
    /// <param name="first">Features of the first view, float (N, D), of at least two images.</param>
    /// <param name="second">Features of the second view of the same images, (N, D).</param>
    /// <returns>Correlations (D, D) in [-1, 1], those of a constant feature 0; owned by the caller.</returns>
    /// <exception cref="ArgumentException">There is a single image, or the shapes differ.</exception>
    public static Tensor CrossCorrelation(Tensor first, Tensor second)
    {
        BatchRules.RequirePair(first, second, "Correlations");
        using var fullPrecision = Autocast.Suspend();
        using var scope = NewDisposeScope();
        return Standardize(first).t().mm(Standardize(second)).div(first.shape[0]).MoveToOuterDisposeScope();
    }

    private static Tensor Standardize(Tensor features)
    {
        var values = LossPrecision.Raise(features);
        var centered = values.sub(values.mean([0], keepdim: true));
        return centered.div(centered.square().mean([0], keepdim: true).add(VarianceEpsilon).sqrt());
    }
}
