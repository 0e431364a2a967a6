using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>Losses are computed in float32 at least, whatever the precision of the network.</summary>
internal static class LossPrecision
{
    /// <summary>Brings a tensor to float32 where it has less.</summary>
    /// <param name="values">A floating-point tensor. Borrowed.</param>
    /// <returns>Float32 or float64, in the caller's dispose scope; it may share the tensor's memory.</returns>
    public static Tensor Raise(Tensor values) => values.dtype == ScalarType.Float64 ? values.alias() : values.to(ScalarType.Float32);
}
