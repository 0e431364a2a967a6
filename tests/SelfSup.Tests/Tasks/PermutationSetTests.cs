using SelfSup.Tasks;

namespace SelfSup.Tests.Tasks;

public class PermutationSetTests
{
    public static TheoryData<string, int, int, int, double> Groups => new()
    {
        { nameof(PermutationSet.Alternating4), 4, 12, 3, 3.27 },
        { nameof(PermutationSet.Symmetric4), 4, 24, 2, 3.13 },
        { nameof(PermutationSet.Translations9), 9, 9, 9, 9 },
        { nameof(PermutationSet.Affine72), 9, 72, 8, 8.113 },
        { nameof(PermutationSet.Projective504), 9, 504, 7, 8.016 },
        { nameof(PermutationSet.Projective1512), 9, 1512, 6, 8.005 },
    };

    [Theory]
    [MemberData(nameof(Groups))]
    public void GroupsHaveTheirKnownSizesAndDistances(string name, int tiles, int count, int minimum, double mean)
    {
        var set = (PermutationSet)typeof(PermutationSet).GetMethod(name)!.Invoke(null, null)!;
        Assert.Equal((tiles, count), (set.Tiles, set.Count));
        var distances = set.HammingDistances();
        Assert.Equal(minimum, distances.Minimum);
        Assert.Equal(mean, distances.Mean, 0.005);
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void GroupsAreBalancedAndContainTheIdentity(string name, int tiles, int count, int minimum, double mean)
    {
        _ = (minimum, mean);
        var set = (PermutationSet)typeof(PermutationSet).GetMethod(name)!.Invoke(null, null)!;
        for (var slot = 0; slot < tiles; slot++)
        {
            for (var tile = 0; tile < tiles; tile++)
                Assert.Equal(count / tiles, Enumerable.Range(0, count).Count(i => set[i][slot] == tile));
        }
        Assert.Contains(Enumerable.Range(0, count), i => set[i].SequenceEqual(Enumerable.Range(0, tiles)));
    }

    [Fact]
    public void GreedyByMeanDistanceMatchesThePublishedFigures()
    {
        var (minimum, mean) = PermutationSet.Greedy(100).HammingDistances();
        Assert.Equal(2, minimum);
        Assert.Equal(8.080, mean, 0.001);
    }

    [Fact]
    public void GreedyByMinimumDistanceKeepsAllFarApart()
    {
        var (minimum, mean) = PermutationSet.Greedy(24, maximizeMinimum: true).HammingDistances();
        Assert.Equal(7, minimum);
        Assert.InRange(mean, 7.9, 8.4);
    }

    [Fact]
    public void GreedyDependsOnItsSeedAlone()
    {
        Assert.Equal(PermutationSet.Greedy(8, seed: 3).ToArray(), PermutationSet.Greedy(8, seed: 3).ToArray());
        Assert.NotEqual(PermutationSet.Greedy(8, seed: 3).ToArray(), PermutationSet.Greedy(8, seed: 4).ToArray());
    }

    [Fact]
    public void WrongRowsAreRefused()
    {
        Assert.Throws<ArgumentException>(() => new PermutationSet([[0, 1, 2, 3], [0, 1, 2, 2]]));
        Assert.Throws<ArgumentException>(() => new PermutationSet([[0, 1], [0, 1]]));
        Assert.Throws<ArgumentException>(() => new PermutationSet([[0, 1], [0, 1, 2]]));
    }
}
