using SelfSup.Curation;
using SelfSup.Tests.Curation;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

public class NearestNeighborsTests
{
    /// <summary>More queries than a block has.</summary>
    [Fact]
    public void NeighborsAmongThemselvesAreThoseOfTheDistances()
    {
        using var features = TestFeatures.Heaps(1100, 7, spread: 0.5);
        var rows = TestFeatures.Unit(features);
        var nearest = NearestNeighbors.Among(features, 3);
        foreach (var query in (int[])[0, 5, 1023, 1024, 1099])
        {
            var expected = Enumerable.Range(0, rows.Length).Where(row => row != query)
                .OrderBy(row => TestFeatures.Distance(rows[query], rows[row])).Take(3).ToArray();
            Assert.Equal(expected, nearest.RowsOf(query).ToArray());
            Assert.Equal(TestFeatures.Distance(rows[query], rows[expected[2]]), nearest.DistancesOf(query)[2], 3);
        }
    }

    /// <summary>More rows than a block has, so that the best of several blocks are merged.</summary>
    [Fact]
    public void NeighborsInALargeBankAreFoundInEveryBlock()
    {
        using var bank = TestFeatures.Heaps(40_000, 40_000, spread: 0.1, length: 6);
        int[] wanted = [3, 16_383, 16_384, 39_999];
        using var queries = bank.index_select(0, UnitRows.Places(wanted, CPU)).mul_(5);
        var nearest = NearestNeighbors.Of(queries, bank, 2);
        Assert.Equal(wanted, Enumerable.Range(0, 4).Select(query => nearest.RowsOf(query)[0]));
        Assert.All(Enumerable.Range(0, 4), query => Assert.InRange(nearest.DistancesOf(query)[0], 0, 1e-3f));
        var rows = TestFeatures.Unit(bank);
        Assert.Equal(
            Enumerable.Range(0, rows.Length).Where(row => row != 16_384).MinBy(row => TestFeatures.Distance(rows[row], rows[16_384])),
            nearest.RowsOf(2)[1]);
    }

    [Fact]
    public void ThereAreAtMostAllOthers()
    {
        using var features = TestFeatures.Heaps(5, 5, spread: 0.5);
        Assert.Equal(4, NearestNeighbors.Among(features, 10).Count);
        Assert.Equal(5, NearestNeighbors.Of(features, features, 10).Count);
    }

    [Fact]
    public void NothingIsLeftBehindAndTheSearchCanBeStopped()
    {
        using var features = TestFeatures.Heaps(2000, 7, spread: 0.5);
        var before = LiveTensors.Count();
        NearestNeighbors.Among(features, 3);
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Throws<OperationCanceledException>(() => NearestNeighbors.Among(features, 3, cancellationToken: new(canceled: true)));
        Assert.Equal(before, Tensor.TotalCount);
    }
}
