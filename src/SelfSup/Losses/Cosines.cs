using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>Cosines between rows, in float32 at least: bfloat16 would round those near 1 to steps of 0.004, which temperatures enlarge.</summary>
internal static class Cosines
{
    /// <summary>Scales rows to length 1.</summary>
    /// <param name="rows">Rows (N, D) of any floating-point type. Borrowed.</param>
    /// <returns>Float32 or float64 (N, D), in the caller's dispose scope.</returns>
    public static Tensor Unit(Tensor rows) => nn.functional.normalize(LossPrecision.Raise(rows), dim: 1);

    /// <summary>Multiplies rows of unit length with rows of unit length.</summary>
    /// <param name="rows">Rows (N, D). Borrowed.</param>
    /// <param name="others">Rows (M, D), brought to the first ones' type. Borrowed.</param>
    /// <returns>Cosines (N, M), in the caller's dispose scope.</returns>
    public static Tensor Between(Tensor rows, Tensor others)
    {
        using var precise = Autocast.Suspend();
        return rows.mm(others.to(rows.dtype).t());
    }
}
