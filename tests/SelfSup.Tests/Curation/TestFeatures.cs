using SelfSup.Data;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Curation;

/// <summary>Features that were not computed from images: heaps around directions.</summary>
internal static class TestFeatures
{
    public const string Layer = "layer";

    /// <summary>Rows around random directions, the heaps in turn.</summary>
    /// <param name="count">Number of rows.</param>
    /// <param name="heaps">Number of heaps; row i is of heap i modulo this.</param>
    /// <param name="spread">Length of the noise beside a direction of length 1.</param>
    /// <param name="seed">Decides everything.</param>
    /// <param name="length">Features of a row.</param>
    /// <returns>Float32 (count, length), owned by the caller.</returns>
    public static Tensor Heaps(int count, int heaps, double spread, ulong seed = 1, int length = 16)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(seed);
        var directions = nn.functional.normalize(random.Normal(heaps, length), dim: 1);
        var noise = random.Normal(count, length).mul(spread / Math.Sqrt(length));
        var which = arange(count, int64, CPU).remainder(heaps);
        return directions.index_select(0, which).add(noise).MoveToOuterDisposeScope();
    }

    /// <summary>A set of one layer. Takes the features over.</summary>
    /// <param name="features">The features.</param>
    /// <param name="indices">The images of the rows; by default the rows' own numbers.</param>
    /// <param name="hashes">Hashes of the pixels; by default all differ.</param>
    public static FeatureSet SetOf(Tensor features, int[]? indices = null, UInt128[]? hashes = null)
    {
        indices ??= [.. Enumerable.Range(0, (int)features.shape[0])];
        return new FeatureSet(
            new() { [Layer] = features.DetachFromDisposeScope() },
            new ReadImages(indices, hashes ?? [.. indices.Select(index => (UInt128)(ulong)index)], []));
    }

    /// <summary>Rows of length 1.</summary>
    public static float[][] Unit(Tensor features)
    {
        using var unit = nn.functional.normalize(features, dim: 1);
        return [.. unit.data<float>().ToArray().Chunk((int)features.shape[1])];
    }

    public static double Distance(float[] one, float[] other) =>
        Math.Sqrt(one.Zip(other, (a, b) => (double)(a - b) * (a - b)).Sum());
}
