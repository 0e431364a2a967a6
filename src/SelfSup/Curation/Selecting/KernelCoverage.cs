using static TorchSharp.torch;

namespace SelfSup.Curation;

/// <summary>How well each of some rows is covered: its largest kernel exp(-d² / (2 sigma²)) to a row added so far.</summary>
internal sealed class KernelCoverage : IDisposable
{
    private readonly Tensor rows; // (M, D), of length 1
    private readonly Tensor covered; // (M)
    private readonly double scale;

    /// <summary>Starts with nothing covered.</summary>
    /// <param name="rows">Rows of length 1, float32 (M, D). Owned from now on.</param>
    /// <param name="sigma">The kernel's width.</param>
    public KernelCoverage(Tensor rows, double sigma)
    {
        this.rows = rows.DetachFromDisposeScope();
        covered = zeros(rows.shape[0], ScalarType.Float32, rows.device).DetachFromDisposeScope();
        scale = 1 / (sigma * sigma);
    }

    /// <summary>Number of rows, M.</summary>
    public int Count => (int)rows.shape[0];

    /// <summary>Adds other rows, of length 1 (B, D).</summary>
    public void Add(Tensor others)
    {
        using var scope = NewDisposeScope();
        covered.copy_(covered.maximum(Kernel(others).amax([0])));
    }

    /// <summary>Adds one of the rows.</summary>
    public void Add(int place)
    {
        using var row = rows.narrow(0, place, 1);
        Add(row);
    }

    /// <summary>Measures what each of some rows would add to the sum of all that is covered.</summary>
    /// <param name="places">Which rows.</param>
    /// <returns>Float64 (places), owned by the caller.</returns>
    public Tensor Gain(IEnumerable<int> places)
    {
        using var scope = NewDisposeScope();
        var candidates = rows.index_select(0, UnitRows.Places(places, rows.device));
        return Kernel(candidates).sub_(covered).clamp_min_(0).sum(1, type: ScalarType.Float64).MoveToOuterDisposeScope();
    }

    // Of features of length 1, d² is 2 - 2 cos.
    private Tensor Kernel(Tensor candidates) => candidates.mul(scale).mm(rows.t()).sub_(scale).exp_(); // (B, M)

    public void Dispose()
    {
        rows.Dispose();
        covered.Dispose();
    }
}
