using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Turns features into their principal components, each of variance 1, so that no direction rules what is near to what.</summary>
internal static class Whitening
{
    // Of the largest variance: directions of less hold rounding errors.
    private const double LeastShare = 1e-6;

    /// <summary>Whitens features.</summary>
    /// <param name="features">Features (N, D). Borrowed.</param>
    /// <param name="components">How many components to keep, the largest; fewer features have all of theirs.</param>
    /// <returns>Float32 (N, components), owned by the caller.</returns>
    public static Tensor Of(Tensor features, int components)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var centered = features.to(ScalarType.Float64);
        centered = centered.sub(centered.mean([0], keepdim: true));
        var (variances, directions) = linalg.eigh(centered.t().mm(centered).div(features.shape[0]));
        var kept = Math.Min(components, features.shape[1]);
        var first = features.shape[1] - kept; // variances ascend
        var largest = variances.narrow(0, features.shape[1] - 1, 1);
        var scale = variances.narrow(0, first, kept).maximum(largest.mul(LeastShare)).clamp_min(1e-12).rsqrt();
        return centered.mm(directions.narrow(1, first, kept)).mul(scale).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
