using SelfSup.Transfer;

namespace SelfSup.Tests.Transfer;

public class StratifiedSplitTests
{
    private static readonly int[] Labels = [.. Enumerable.Range(0, 160).Select(i => i < 100 ? 0 : i < 150 ? 1 : 2)];

    [Fact]
    public void EveryClassIsHeldOutInTheSameShare()
    {
        var split = StratifiedSplit.Create(Labels, 0.2, seed: 1);
        Assert.Equal([20, 10, 2], Enumerable.Range(0, 3).Select(label => split.Validation.Count(row => Labels[row] == label)));
        Assert.Equal(Enumerable.Range(0, 160).Select(row => (long)row), split.Fit.Concat(split.Validation).Order());
    }

    [Fact]
    public void SeedDecides()
    {
        Assert.Equal(StratifiedSplit.Create(Labels, 0.2, 1).Validation, StratifiedSplit.Create(Labels, 0.2, 1).Validation);
        Assert.NotEqual(StratifiedSplit.Create(Labels, 0.2, 1).Validation, StratifiedSplit.Create(Labels, 0.2, 2).Validation);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.99)]
    public void EveryClassKeepsARowOnBothSides(double share)
    {
        var split = StratifiedSplit.Create([0, 0, 1, 1, 2], share, 0);
        Assert.Equal([0, 1, 2], split.Fit.Select(row => (int)row / 2));
        Assert.Equal([0, 1], split.Validation.Select(row => (int)row / 2));
    }

    [Fact]
    public void OneLabelAClassIsRefused() => Assert.Throws<ArgumentException>(() => StratifiedSplit.Create([0, 1, 2], 0.2, 0));
}
