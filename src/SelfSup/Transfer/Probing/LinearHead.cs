using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>A fitted linear classifier of one layer's features as they come: the standardization is folded into its numbers.</summary>
/// <param name="Layer">The features it reads.</param>
/// <param name="ClassNames">The names of the K classes.</param>
/// <param name="Weights">(K, D) row by row.</param>
/// <param name="Bias">(K).</param>
internal sealed record LinearHead(FeatureLayer Layer, IReadOnlyList<string> ClassNames, float[] Weights, float[] Bias)
{
    /// <summary>The weights as a tensor (K, D) on the CPU, owned by the caller.</summary>
    public Tensor CreateWeights() => tensor(Weights, [ClassNames.Count, Layer.Length], device: CPU);

    /// <summary>The bias as a tensor (K) on the CPU, owned by the caller.</summary>
    public Tensor CreateBias() => tensor(Bias, [ClassNames.Count], device: CPU);

    /// <summary>Answers with the most probable class of every row.</summary>
    /// <param name="features">Features (N, D) on the CPU.</param>
    /// <returns>N classes.</returns>
    public long[] Predict(Tensor features)
    {
        using var scope = NewDisposeScope();
        return features.mm(CreateWeights().t()).add_(CreateBias()).argmax(1).data<long>().ToArray();
    }
}
