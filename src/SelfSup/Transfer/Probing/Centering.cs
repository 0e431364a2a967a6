using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>The mean of unlabeled images' features: what is left without it, scaled to one length, tells images apart better.</summary>
/// <remarks>
/// A handful of labeled images do not tell how features vary; all others do. Wang et al., "SimpleShot: Revisiting Nearest-Neighbor
/// Classification for Few-Shot Learning", 2019, https://arxiv.org/abs/1911.04623.
/// </remarks>
internal sealed class Centering : FeatureScaling
{
    private const double ShortestLength = 1e-12;
    private readonly Tensor center; // (D)

    private Centering(Tensor center) => this.center = center;

    /// <summary>Scales features in place, since a copy of a large set may not fit.</summary>
    /// <param name="features">Features (N, D); afterwards every row has length sqrt(D), as standardized ones have on average.</param>
    /// <param name="center">The mean of unlabeled images (D), on the features' device. Copied.</param>
    /// <returns>The center, owned by the caller.</returns>
    public static Centering ApplyTo(Tensor features, Tensor center)
    {
        Apply(features, center);
        return By(center);
    }

    /// <summary>Centers by a mean.</summary>
    /// <param name="center">The mean of unlabeled images (D). Copied.</param>
    /// <returns>The center, owned by the caller.</returns>
    public static Centering By(Tensor center)
    {
        using var scope = NewDisposeScope();
        return new(center.cpu().clone().DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public override void Apply(Tensor features) => Apply(features, center);

    /// <summary>Finds in which direction from the center features lie.</summary>
    /// <param name="features">Features (N, D).</param>
    /// <param name="center">The center (D), on the features' device; null is the origin.</param>
    /// <returns>Rows of length 1, (N, D), owned by the caller; those of features at the center are 0.</returns>
    public static Tensor DirectionsOf(Tensor features, Tensor? center)
    {
        using var scope = NewDisposeScope();
        var offsets = center is null ? features : features.sub(center);
        return offsets.div(LengthsOf(offsets)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override LinearHead CreateHead(LogisticRegression probe, FeatureLayer layer, IReadOnlyList<string> classNames)
    {
        using var scope = NewDisposeScope();
        // A head takes rows of length 1.
        var weights = probe.GetWeights().cpu().to(ScalarType.Float64).mul(Math.Sqrt(layer.Length)); // (K, D)
        return new(layer, classNames, LinearHead.ToArray(weights), LinearHead.ToArray(probe.GetBias().cpu()))
        {
            Center = LinearHead.ToArray(center),
        };
    }

    public override void Dispose() => center.Dispose();

    private static void Apply(Tensor features, Tensor center)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        features.sub_(center);
        features.div_(LengthsOf(features).div_(Math.Sqrt(features.shape[1])));
    }

    private static Tensor LengthsOf(Tensor rows) => rows.norm(1, keepdim: true, 2f).clamp_min(ShortestLength); // (N, 1)
}
