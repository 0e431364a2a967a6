using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>How much features differ from image to image; near zero when an encoder has collapsed to one answer.</summary>
/// <param name="Deviation">
/// Standard deviation of features scaled to length 1, averaged over dimensions, times the root of their number: 1 for features that fill
/// all directions evenly, 0 for equal ones. Chen and He, "Exploring Simple Siamese Representation Learning", 2021,
/// https://arxiv.org/abs/2011.10566.
/// </param>
/// <param name="EffectiveRank">
/// The exponential of the entropy of the normalized singular values of the centered features: how many directions they use. Roy and
/// Vetterli, "The effective rank: a measure of effective dimensionality", 2007.
/// </param>
/// <param name="RankMe">
/// The same of the features as they are, not centered: from 1 to the number of dimensions or images, whichever is smaller. Of two encoders
/// of one architecture the one that ranks higher mostly transfers better; one far below the untrained encoder has collapsed. Garrido et al.,
/// "RankMe: Assessing the Downstream Performance of Pretrained Self-Supervised Representations by Their Rank", 2023,
/// https://arxiv.org/abs/2210.02885.
/// </param>
public sealed record FeatureSpread(double Deviation, double EffectiveRank, double RankMe)
{
    private const int MaxRows = 1024;
    private const double RankMeEpsilon = 1e-7;

    /// <summary>Measures features.</summary>
    /// <param name="features">Features, float (N, D); of more than 1,024 rows as many count, spread evenly over all: sources may be sorted by class.</param>
    /// <returns>The figures.</returns>
    public static FeatureSpread Of(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var places = tensor(SpreadOver(features.shape[0]), device: features.device);
        var rows = features.index_select(0, places).to(ScalarType.Float64).cpu(); // (N, D)
        var deviation = nn.functional.normalize(rows, dim: 1).std(0, unbiased: false).mean().item<double>() * Math.Sqrt(rows.shape[1]);
        var centered = SingularValues(rows.sub(rows.mean([0])));
        var effectiveRank = centered.sum().item<double>() == 0 ? 0 : Math.Exp(Entropy(SharesOf(centered)));
        return new(deviation, effectiveRank, Math.Exp(Entropy(SharesOf(SingularValues(rows)).add(RankMeEpsilon))));
    }

    private static long[] SpreadOver(long count)
    {
        var rows = Math.Min(MaxRows, count);
        return [.. Enumerable.Range(0, (int)rows).Select(row => row * count / rows)];
    }

    private static Tensor SingularValues(Tensor rows)
    {
        // Their squares are the eigenvalues of the smaller of the two products.
        var product = rows.shape[0] < rows.shape[1] ? rows.mm(rows.t()) : rows.t().mm(rows);
        var eigenvalues = linalg.eigvalsh(product).clamp_min(0);
        // What rounding leaves of a zero is no direction.
        return eigenvalues.where(eigenvalues > eigenvalues.max().mul(1e-12), zeros_like(eigenvalues)).sqrt();
    }

    private static Tensor SharesOf(Tensor values) => values.div(values.sum().clamp_min(1e-300));

    private static double Entropy(Tensor shares) => -shares.mul(shares.clamp_min(1e-300).log()).sum().item<double>();
}
