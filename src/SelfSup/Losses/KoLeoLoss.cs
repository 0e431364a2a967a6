using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>Spreads the directions of features evenly: minus the logarithm of the distance to the nearest other one in the batch.</summary>
/// <remarks>
/// The Kozachenko-Leonenko estimate of entropy. Sablayrolles et al., "Spreading vectors for similarity search", 2019,
/// https://arxiv.org/abs/1806.03198; DINOv2 (Oquab et al., 2023, https://arxiv.org/abs/2304.07193) adds a tenth of it on each large crop.
/// </remarks>
public static class KoLeoLoss
{
    private const double Epsilon = 1e-8;

    /// <summary>Computes the mean over the batch.</summary>
    /// <param name="features">Features (N, D) of any length, of at least two images of one view: two views of an image would be neighbors.</param>
    /// <returns>A scalar, at least -log 2, owned by the caller. Which features are nearest is a constant; both sides have a gradient.</returns>
    /// <exception cref="ArgumentException">There is a single image.</exception>
    public static Tensor Of(Tensor features)
    {
        BatchRules.RequireBatch(features, "Distances");
        using var fullPrecision = Autocast.Suspend();
        using var scope = NewDisposeScope();
        var rows = nn.functional.normalize(LossPrecision.Raise(features), dim: 1, eps: Epsilon);
        // As torch's pairwise distance has it, the epsilon keeps the root's gradient finite where two rows are equal.
        var distances = rows.sub(rows.index_select(0, NearestOthers(rows))).add(Epsilon).square().sum(1).sqrt();
        return distances.add(Epsilon).log().mean().neg().MoveToOuterDisposeScope();
    }

    /// <summary>For each row the number of the other row that is nearest, (N).</summary>
    private static Tensor NearestOthers(Tensor rows)
    {
        using var noGrad = no_grad();
        var count = rows.shape[0];
        // Cosines are at most 1: a row's own falls below all others.
        return rows.mm(rows.t()).sub(eye(count, dtype: rows.dtype, device: rows.device).mul(4)).argmax(1);
    }
}
