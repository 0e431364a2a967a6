using SelfSup.Data;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>The features of every readable image of a source, one matrix a layer. Owns the matrices.</summary>
public sealed class FeatureSet : IDisposable
{
    private readonly Dictionary<string, Tensor> features;

    internal FeatureSet(Dictionary<string, Tensor> features, ReadImages images) => (this.features, Images) = (features, images);

    /// <summary>The images that could be read, in the order of the rows, as places in the source.</summary>
    public IReadOnlyList<int> Indices => Images.Indices;

    /// <summary>The images that could not be read, in the order of the source.</summary>
    public IReadOnlyList<ImageFailure> Failures => Images.Failures;

    /// <summary>The names of the layers.</summary>
    public IReadOnlyCollection<string> Layers => features.Keys;

    /// <summary>The features of a layer, float32 (N, D) on the CPU. Borrowed.</summary>
    /// <param name="layer">The layer's name.</param>
    /// <exception cref="KeyNotFoundException">The layer was not extracted.</exception>
    public Tensor this[string layer] => features[layer];

    /// <summary>Which images were read.</summary>
    internal ReadImages Images { get; }

    /// <summary>Hands a layer's features over to the caller, so that they outlive this set.</summary>
    internal Tensor Take(string layer) => features.Remove(layer, out var taken) ? taken : throw new KeyNotFoundException(layer);

    /// <summary>Disposes the matrices.</summary>
    public void Dispose()
    {
        foreach (var tensor in features.Values)
            tensor.Dispose();
        features.Clear();
    }
}
