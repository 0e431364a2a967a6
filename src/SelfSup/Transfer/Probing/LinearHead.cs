using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>A fitted linear classifier of one layer's features as they come: what scaled them is part of it.</summary>
/// <param name="Layer">The features it reads.</param>
/// <param name="ClassNames">The names of the K classes.</param>
/// <param name="Weights">(K, D) row by row.</param>
/// <param name="Bias">(K).</param>
internal sealed record LinearHead(FeatureLayer Layer, IReadOnlyList<string> ClassNames, float[] Weights, float[] Bias)
{
    /// <summary>(D): it reads in which direction from here the features lie, <see cref="Centering"/>. Null: it reads the features.</summary>
    public float[]? Center { get; init; }

    /// <summary>The weights as a tensor (K, D) on the CPU, owned by the caller.</summary>
    public Tensor CreateWeights() => tensor(Weights, [ClassNames.Count, Layer.Length], device: CPU);

    /// <summary>The bias as a tensor (K) on the CPU, owned by the caller.</summary>
    public Tensor CreateBias() => tensor(Bias, [ClassNames.Count], device: CPU);

    /// <summary>The center as a tensor (D) on the CPU, owned by the caller, or null.</summary>
    public Tensor? CreateCenter() => Center is null ? null : tensor(Center, [Layer.Length], device: CPU);

    /// <summary>Computes a head's answers, with its numbers on the features' device.</summary>
    /// <param name="features">Features (N, D).</param>
    /// <param name="weights">Weights (K, D).</param>
    /// <param name="bias">Bias (K).</param>
    /// <param name="center">Center (D), or null.</param>
    /// <returns>Logits (N, K), owned by the caller.</returns>
    public static Tensor ComputeLogits(Tensor features, Tensor weights, Tensor bias, Tensor? center)
    {
        using var scope = NewDisposeScope();
        var rows = center is null ? features : Centering.DirectionsOf(features, center);
        return rows.mm(weights.t()).add_(bias).MoveToOuterDisposeScope();
    }

    /// <summary>Answers with the most probable class of every row.</summary>
    /// <param name="features">Features (N, D) on the CPU.</param>
    /// <returns>N classes.</returns>
    public long[] Predict(Tensor features)
    {
        using var scope = NewDisposeScope();
        return ComputeLogits(features, CreateWeights(), CreateBias(), CreateCenter()).argmax(1).data<long>().ToArray();
    }

    /// <summary>Copies values on the CPU to an array.</summary>
    public static float[] ToArray(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }
}
