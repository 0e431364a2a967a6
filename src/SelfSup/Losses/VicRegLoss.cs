using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>The three terms of VICReg: views agree, every feature varies over a batch, and no two features vary alike.</summary>
/// <remarks>
/// Bardes, Ponce and LeCun, "VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning", 2021,
/// https://arxiv.org/abs/2105.04906. Features are not normalized. Of the variance term the mean of both views counts, as in the authors'
/// code, of the covariance term the sum.
/// </remarks>
public static class VicRegLoss
{
    private const double VarianceEpsilon = 1e-4;

    /// <summary>Computes the weighted sum of the terms; both views have a gradient.</summary>
    /// <param name="first">Features of the first view, float (N, D), of at least two images.</param>
    /// <param name="second">Features of the second view of the same images, (N, D).</param>
    /// <param name="invarianceWeight">Weight of <see cref="Invariance"/>. The default is the paper's 25.</param>
    /// <param name="varianceWeight">Weight of the mean of both views' <see cref="Variance"/>. The default is the paper's 25.</param>
    /// <param name="covarianceWeight">Weight of the sum of both views' <see cref="Covariance"/>. The default is the paper's 1.</param>
    /// <returns>A scalar, at least 0, owned by the caller.</returns>
    /// <exception cref="ArgumentException">There is a single image, or the shapes differ.</exception>
    public static Tensor Of(
        Tensor first, Tensor second, double invarianceWeight = 25, double varianceWeight = 25, double covarianceWeight = 1)
    {
        using var scope = NewDisposeScope();
        var variance = Variance(first).add(Variance(second)).div(2);
        var covariance = Covariance(first).add(Covariance(second));
        return Invariance(first, second).mul(invarianceWeight).add(variance.mul(varianceWeight)).add(covariance.mul(covarianceWeight))
            .MoveToOuterDisposeScope();
    }

    /// <summary>How far the views' features are apart: the mean of their squared differences.</summary>
    /// <param name="first">Features of the first view, float (N, D), of at least two images.</param>
    /// <param name="second">Features of the second view of the same images, (N, D).</param>
    /// <returns>A scalar, at least 0, owned by the caller.</returns>
    /// <exception cref="ArgumentException">There is a single image, or the shapes differ.</exception>
    public static Tensor Invariance(Tensor first, Tensor second)
    {
        BatchRules.RequirePair(first, second, "VICReg's terms");
        using var scope = NewDisposeScope();
        return LossPrecision.Raise(first).sub(LossPrecision.Raise(second)).square().mean().MoveToOuterDisposeScope();
    }

    /// <summary>What the features' standard deviations over the batch lack of 1, on the average; 0.99 where they are constant.</summary>
    /// <param name="features">Features of a view, float (N, D), of at least two images.</param>
    /// <returns>A scalar in [0, 1], owned by the caller.</returns>
    /// <exception cref="ArgumentException">There is a single image.</exception>
    public static Tensor Variance(Tensor features)
    {
        BatchRules.RequireBatch(features, "VICReg's terms");
        using var scope = NewDisposeScope();
        var centered = Center(features);
        var deviation = centered.square().sum([0L]).div(features.shape[0] - 1).add(VarianceEpsilon).sqrt();
        return deviation.neg().add(1).clamp_min(0).mean().MoveToOuterDisposeScope();
    }

    /// <summary>How far features vary alike: the sum of squared covariances of different features, divided by the number of features.</summary>
    /// <param name="features">Features of a view, float (N, D), of at least two images.</param>
    /// <returns>A scalar, at least 0, owned by the caller.</returns>
    /// <exception cref="ArgumentException">There is a single image.</exception>
    public static Tensor Covariance(Tensor features)
    {
        BatchRules.RequireBatch(features, "VICReg's terms");
        using var fullPrecision = Autocast.Suspend();
        using var scope = NewDisposeScope();
        var centered = Center(features);
        var covariances = centered.t().mm(centered).div(features.shape[0] - 1);
        var squares = covariances.square();
        return squares.sum().sub(squares.diagonal().sum()).div(features.shape[1]).MoveToOuterDisposeScope();
    }

    private static Tensor Center(Tensor features)
    {
        var values = LossPrecision.Raise(features);
        return values.sub(values.mean([0], keepdim: true));
    }
}
