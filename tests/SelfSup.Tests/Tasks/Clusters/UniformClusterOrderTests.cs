using SelfSup.Tasks;

namespace SelfSup.Tests.Tasks.Clusters;

public class UniformClusterOrderTests
{
    private static readonly long[] Clusters =
        [.. Enumerable.Repeat(0L, 50), .. Enumerable.Repeat(1L, 3), .. Enumerable.Repeat(3L, 7)]; // the third is empty

    [Fact]
    public void Clusters_come_alike_within_the_cut_and_a_large_one_repeats_no_image()
    {
        using var random = new RandomSource(1);
        var order = UniformClusterOrder.Draw(Clusters, 60, random);
        Assert.Equal(60, order.Length);
        int[] counts = [.. Enumerable.Range(0, 4).Select(cluster => order.Count(image => Clusters[image] == cluster))];
        Assert.Equal(0, counts[2]);
        Assert.All(counts.Where((_, cluster) => cluster != 2), count => Assert.InRange(count, 18, 21)); // 63 drawn, 3 cut
        Assert.Equal(1, order.Where(image => Clusters[image] == 0).GroupBy(image => image).Max(group => group.Count()));
    }

    /// <summary>The authors' counts are one draw of the same distribution: 21 of every cluster that is not empty, less three in all.</summary>
    [ReferenceFact]
    public void As_many_come_as_from_the_authors_sampler()
    {
        using var random = new RandomSource(2);
        var theirs = ReferenceVectors.Numbers(ReferenceVectors.Get("uniform_cluster_sampler", "counts"));
        var order = UniformClusterOrder.Draw(Clusters, (int)theirs.Sum(), random);
        for (var cluster = 0; cluster < theirs.Length; cluster++)
            Assert.InRange(order.Count(image => Clusters[image] == cluster), theirs[cluster] - 3, theirs[cluster] + 3);
    }

    [Fact]
    public void Clusters_are_mixed_and_the_seed_decides()
    {
        using RandomSource first = new(1), same = new(1), other = new(2);
        var order = UniformClusterOrder.Draw(Clusters, 60, first);
        Assert.Equal(order, UniformClusterOrder.Draw(Clusters, 60, same));
        Assert.NotEqual(order, UniformClusterOrder.Draw(Clusters, 60, other));
        Assert.InRange(order.Zip(order.Skip(1)).Count(pair => Clusters[pair.First] != Clusters[pair.Second]), 20, 59);
    }

    [Fact]
    public void No_images_are_refused()
    {
        using var random = new RandomSource(1);
        Assert.Throws<ArgumentException>(() => UniformClusterOrder.Draw([], 3, random));
        Assert.Throws<ArgumentOutOfRangeException>(() => UniformClusterOrder.Draw([0], 0, random));
    }
}
