using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>The space that a few rows of many features span, in which a regression with an L2 penalty has its minimum.</summary>
/// <remarks>
/// Weights outside it change no row's logits and cost a penalty, so the minimum has none (the representer theorem; Kimeldorf and Wahba,
/// 1971). In an orthonormal basis of it, which is found from the rows' products with each other, loss, penalty and bias are what they
/// were: N rows of D features are a problem of at most N features, and the solution is the same one.
/// </remarks>
internal sealed class SampleSpan : IDisposable
{
    // Squared singular values below this share of the largest are what rounding leaves of zero.
    private const double Negligible = 1e-13;

    private readonly Tensor basis; // (D, R)

    private SampleSpan(Tensor basis, Tensor coordinates) => (this.basis, Coordinates) = (basis, coordinates);

    /// <summary>The rows in the basis, float64 (N, R), R at most N. Borrowed.</summary>
    public Tensor Coordinates { get; }

    /// <summary>Finds the span of rows.</summary>
    /// <param name="features">Features (N, D), best with N below D.</param>
    /// <returns>The span, owned by the caller.</returns>
    public static SampleSpan Of(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var rows = features.to(ScalarType.Float64);
        var (squares, vectors) = linalg.eigh(rows.mm(rows.t()).cpu());
        var kept = squares.gt(squares.max().mul(Negligible)).nonzero().squeeze(1);
        var lengths = squares.index_select(0, kept).sqrt().to(features.device); // (R)
        var directions = vectors.index_select(1, kept).to(features.device); // (N, R)
        var basis = rows.t().mm(directions.div(lengths));
        return new(basis.DetachFromDisposeScope(), directions.mul(lengths).DetachFromDisposeScope());
    }

    /// <summary>Brings other rows, or weights, into the basis; what they have outside it is left out.</summary>
    /// <param name="rows">Rows (M, D).</param>
    /// <returns>Float64 (M, R), owned by the caller.</returns>
    public Tensor Project(Tensor rows)
    {
        using var wide = rows.to(ScalarType.Float64);
        return wide.mm(basis);
    }

    /// <summary>Rewrites a fit in the basis as the same one of the features.</summary>
    /// <param name="fit">A fit to <see cref="Coordinates"/>.</param>
    /// <returns>The fit in float32, owned by the caller.</returns>
    public LogisticRegression Lift(LogisticRegression fit)
    {
        using var scope = NewDisposeScope();
        var weights = fit.GetWeights().mm(basis.t()); // (K, D)
        return new(cat([weights, fit.GetBias().unsqueeze(1)], 1).to(ScalarType.Float32));
    }

    public void Dispose()
    {
        basis.Dispose();
        Coordinates.Dispose();
    }
}
