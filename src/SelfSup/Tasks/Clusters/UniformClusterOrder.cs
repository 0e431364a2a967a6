using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>An order of images in which every cluster comes about as often as any other, so that no cluster of most images wins.</summary>
/// <remarks>
/// The sampler of Caron et al., "Deep Clustering for Unsupervised Learning of Visual Features", 2018, https://arxiv.org/abs/1807.05520.
/// </remarks>
public static class UniformClusterOrder
{
    /// <summary>
    /// Draws N / clusters + 1 images of every cluster that has any, some of them several times where a cluster is not larger than that;
    /// shuffles them and keeps the first N.
    /// </summary>
    /// <param name="clusters">The images' clusters, at least 0 each; not empty.</param>
    /// <param name="count">How many images the order has, N, at least 1.</param>
    /// <param name="random">Draws everything.</param>
    /// <returns>Places in the list of clusters.</returns>
    public static int[] Draw(IReadOnlyList<long> clusters, int count, RandomSource random)
    {
        if (clusters.Count == 0)
            throw new ArgumentException("There is no image to draw.", nameof(clusters));
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var members = clusters.Index().GroupBy(pair => pair.Item, pair => pair.Index).OrderBy(group => group.Key).Select(group => group.ToArray()).ToArray();
        var draws = count / members.Length + 1;
        int[] drawn = [.. members.SelectMany(cluster => Places(cluster.Length, draws, random).Select(place => cluster[place]))];
        using var order = random.Permutation(drawn.Length);
        return [.. Numbers(order).Take(count).Select(place => drawn[place])];
    }

    private static long[] Places(int size, int draws, RandomSource random)
    {
        using var places = size > draws ? random.Permutation(size) : random.Integers(size, draws);
        return Numbers(places)[..draws];
    }

    private static long[] Numbers(Tensor tensor)
    {
        using var host = tensor.cpu();
        return host.data<long>().ToArray();
    }
}
