using SelfSup.Curation;
using static TorchSharp.torch;

namespace SelfSup.Tests.Curation;

public class ClusterSelectionTests
{
    private const int Heaps = 8;

    public static TheoryData<SelectionMethod> Methods => [new KMeansCenters(), new TypiClust()];

    [Theory]
    [MemberData(nameof(Methods))]
    public void EveryHeapGetsAnImageAndLabeledOnesComeLast(SelectionMethod method)
    {
        using var features = TestFeatures.Heaps(400, Heaps, spread: 0.2, length: 32);
        Assert.Equal(Enumerable.Range(0, Heaps), method.Choose(features, Heaps).Select(row => row % Heaps).Order());
        // The labels and choices together are as many as heaps.
        var labels = new Dictionary<int, int> { [0] = 0, [9] = 1, [18] = 2 };
        Assert.Equal([3, 4, 5, 6, 7], method.Choose(features, 5, labels).Select(row => row % Heaps).Order());
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void TheChoiceIsOfDifferentImagesAndTheSameAgain(SelectionMethod method)
    {
        using var features = TestFeatures.Heaps(300, 5, spread: 0.9);
        var before = LiveTensors.Count();
        var chosen = method.Choose(features, 120);
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal(120, chosen.Distinct().Count());
        Assert.Equal(chosen, method.Choose(features, 120));
        Assert.Equal(Enumerable.Range(0, 300), method.Choose(features, 300).Order());
        Assert.Throws<OperationCanceledException>(() => method.Choose(features, 5, cancellationToken: new(canceled: true)));
    }

    /// <summary>A heap of two parts: the center lies between them, the most typical image in the denser one.</summary>
    [Fact]
    public void TheMostTypicalImageLiesWhereImagesAreDense()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(4);
        var sparse = cat([ones(60, 1, device: CPU), random.Normal(60, 2).mul(0.15).add(tensor(new[] { 0.3f, 0 }, device: CPU))], 1);
        var dense = cat([ones(40, 1, device: CPU), random.Normal(40, 2).mul(0.01).sub(tensor(new[] { 0.3f, 0 }, device: CPU))], 1);
        var features = cat([sparse, dense]);
        Assert.InRange(new TypiClust().Choose(features, 1)[0], 60, 99);
        Assert.InRange(new KMeansCenters().Choose(features, 1)[0], 0, 59);
    }

    [Fact]
    public void SmallClustersComeLast()
    {
        using var scope = NewDisposeScope();
        var features = cat([TestFeatures.Heaps(60, 2, spread: 0.05, seed: 3), TestFeatures.Heaps(3, 1, spread: 0.05, seed: 8)]);
        var chosen = new ClusterPicks(MaxClusters: 3, LeastMembers: 6, Seed: 0).Choose(
            features, 63, [], (clusters, cluster) => clusters.Members[cluster], null, default);
        Assert.Equal([60, 61, 62], chosen[60..]);
    }

    [Fact]
    public void TheSecondRoundAsksWhereTheClassifierIsUnsure()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(2);
        // From one class's direction to the other's: what lies between is unsure.
        var share = random.Uniform(400, 1);
        var ends = nn.functional.normalize(random.Normal(2, 32), dim: 1);
        var features = ends[0].mul(share).add(ends[1].mul(share.neg().add(1))).add(random.Normal(400, 32).mul(0.02));
        var sides = share.data<float>().ToArray();
        var labels = Enumerable.Range(0, 400).Where(row => sides[row] is < 0.1f or > 0.9f).Take(40).ToDictionary(row => row, row => sides[row] < 0.5 ? 7 : 3);
        var chosen = new DropQuery().Choose(features, 20, labels);
        Assert.Equal(20, chosen.Distinct().Count());
        Assert.DoesNotContain(chosen, labels.ContainsKey);
        Assert.Equal(chosen, new DropQuery().Choose(features, 20, labels));
        // Evenly drawn images are 0.25 from the middle on average.
        Assert.InRange(chosen.Average(row => Math.Abs(sides[row] - 0.5)), 0, 0.2);
        Assert.Equal(360, new DropQuery().Choose(features, 360, labels).Distinct().Count());
    }

    [Fact]
    public void TheSecondRoundNeedsLabelsOfTwoClasses()
    {
        using var features = TestFeatures.Heaps(40, 4, spread: 0.2);
        var error = Assert.Throws<ArgumentException>(() => new DropQuery().Choose(features, 3, new Dictionary<int, int> { [1] = 2, [5] = 2 }));
        Assert.Contains(nameof(MaxHerding), error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DropQuery { Rate = 1 }.Choose(features, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DropQuery { Draws = 0 }.Choose(features, 3));
    }
}
