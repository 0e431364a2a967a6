using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Mean and scale of every feature on the training images.</summary>
internal sealed class Standardization : FeatureScaling
{
    private readonly Tensor mean; // (D)
    private readonly Tensor scale; // (D), 1 / deviation

    private Standardization(Tensor mean, Tensor scale) => (this.mean, this.scale) = (mean, scale);

    /// <summary>Measures features and standardizes them in place, since a copy of a large set may not fit.</summary>
    /// <param name="features">Features (N, D) on the CPU; afterwards every column has mean 0 and deviation 1, constant ones are 0.</param>
    /// <returns>The statistics, owned by the caller.</returns>
    public static Standardization ApplyTo(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var scaling = By(features.mean([0]), features.std(0, unbiased: false));
        scaling.Apply(features);
        return scaling;
    }

    /// <summary>Standardizes by what was measured.</summary>
    /// <param name="mean">Mean of every feature (D). Copied.</param>
    /// <param name="deviation">Deviation of every feature (D).</param>
    /// <returns>The statistics, owned by the caller.</returns>
    public static Standardization By(Tensor mean, Tensor deviation)
    {
        using var scope = NewDisposeScope();
        // A constant column has a deviation of rounding errors; dividing by that would make noise the loudest feature.
        var varies = deviation > mean.abs().mul(1e-5).add(1e-12);
        var scale = deviation.reciprocal().where(varies, zeros_like(deviation));
        return new(mean.clone().DetachFromDisposeScope(), scale.DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public override void Apply(Tensor features) => features.sub_(mean).mul_(scale);

    /// <summary>Rewrites a classifier of standardized features as the same classifier of the features as they come.</summary>
    /// <param name="probe">The classifier of standardized features.</param>
    /// <returns>Weights (K, D) row by row and bias (K).</returns>
    public (float[] Weights, float[] Bias) Fold(LogisticRegression probe)
    {
        using var scope = NewDisposeScope();
        // The features were measured on the CPU, the probe may have been fitted on a GPU.
        var weights = probe.GetWeights().cpu().to(ScalarType.Float64).mul(scale); // (K, D)
        var bias = probe.GetBias().cpu().to(ScalarType.Float64) - weights.mv(mean.to(ScalarType.Float64)); // (K)
        return (LinearHead.ToArray(weights), LinearHead.ToArray(bias));
    }

    /// <inheritdoc/>
    public override LinearHead CreateHead(LogisticRegression probe, FeatureLayer layer, IReadOnlyList<string> classNames)
    {
        var (weights, bias) = Fold(probe);
        return new(layer, classNames, weights, bias);
    }

    public override void Dispose()
    {
        mean.Dispose();
        scale.Dispose();
    }
}
