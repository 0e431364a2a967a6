using static TorchSharp.torch;

namespace SelfSup.Reports;

/// <summary>Features seen in the two directions in which they differ most: principal component analysis.</summary>
/// <param name="Points">A place for each row, in units of the features scaled to length 1.</param>
/// <param name="Share">How much of all differences these directions show, 0..1.</param>
internal sealed record PrincipalPlane((double X, double Y)[] Points, double Share)
{
    /// <summary>Finds the plane.</summary>
    /// <param name="features">Float (N, D), of at least one row. Borrowed.</param>
    public static PrincipalPlane Of(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var rows = nn.functional.normalize(features.to(ScalarType.Float64), dim: 1);
        var centered = rows.sub(rows.mean([0])); // (N, D)
        // Both products have the same eigenvalues, but for zeros; the smaller one is taken.
        var isWide = centered.shape[0] < centered.shape[1];
        var (values, vectors) = linalg.eigh(isWide ? centered.mm(centered.t()) : centered.t().mm(centered)); // ascending
        values = values.clamp_min(0);
        var first = Project(1);
        var second = values.shape[0] > 1 ? Project(2) : new double[first.Length];
        var all = values.sum().item<double>();
        var shown = values.narrow(0, Math.Max(0, values.shape[0] - 2), Math.Min(2, values.shape[0])).sum().item<double>();
        return new([.. first.Zip(second)], all > 0 ? shown / all : 1);

        double[] Project(int number)
        {
            var vector = vectors.select(1, values.shape[0] - number);
            var places = isWide ? vector.mul(values[^number].sqrt()) : centered.mv(vector);
            // Either sign is right; this one is the same on every machine.
            return [.. places.mul(places[places.abs().argmax()].sign()).data<double>()];
        }
    }
}
