using SelfSup.Reports;

namespace SelfSup.Tests.Reports;

public class AxisTests
{
    [Theory]
    [InlineData(0.13, 4.8, new[] { 0.0, 1, 2, 3, 4, 5 })]
    [InlineData(0.21, 0.64, new[] { 0.2, 0.3, 0.4, 0.5, 0.6, 0.7 })]
    [InlineData(1200, 9700, new[] { 0.0, 2000, 4000, 6000, 8000, 10000 })]
    [InlineData(-3, 4, new[] { -4.0, -2, 0, 2, 4 })]
    public void TicksAreRoundAndGoRoundTheValues(double low, double high, double[] expected)
    {
        var axis = Axis.Even(low, high, 300, 0, isRounded: true);
        Assert.Equal(expected, axis.Ticks.Select(tick => Math.Round(tick, 9)));
        Assert.Equal(300, axis[expected[0]], 6);
        Assert.Equal(0, axis[expected[^1]], 6);
    }

    [Fact]
    public void AnAxisThatIsNotRoundedEndsAtTheValues()
    {
        var axis = Axis.Even(1, 6248, 0, 100, isRounded: false);
        Assert.Equal([2000, 4000, 6000], axis.Ticks);
        Assert.Equal((0.0, 100.0), (axis[1], axis[6248]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void OneValueLiesInTheMiddle(double value) => Assert.Equal(50, Axis.Even(value, value, 0, 100, isRounded: false)[value], 6);

    [Fact]
    public void EveryDoublingIsAsWide()
    {
        var axis = Axis.Doubling([1, 2, 8], 0, 30);
        Assert.Equal([0.0, 10, 30], axis.Ticks.Select(tick => Math.Round(axis[tick], 9)));
        Assert.Equal(15, Axis.Doubling([5], 0, 30)[5], 6);
    }

    /// <summary>A loss that hardly moves, where runs that collapsed end, and one of one value; shares do not leave 0..1.</summary>
    [Theory]
    [InlineData(11.0903, 11.0904, false)]
    [InlineData(-0.99999, -0.99998, false)]
    [InlineData(12000.1, 12000.9, false)]
    [InlineData(3e-7, 9e-7, false)]
    [InlineData(1, 1, true)]
    [InlineData(0, 0, true)]
    [InlineData(0.99991, 0.99994, true)]
    public void EveryTickReadsDifferently(double low, double high, bool isShare)
    {
        var axis = Axis.Even(low, high, 100, 0, isRounded: true, isShare);
        string[] texts = [.. axis.Ticks.Select(tick => Figure.Tick(tick, axis.Step))];
        Assert.InRange(texts.Length, 2, 12);
        Assert.Equal(texts, texts.Distinct());
        Assert.All(texts, text => Assert.InRange(text.Length, 1, 9));
        if (isShare)
            Assert.All(axis.Ticks, tick => Assert.InRange(tick, 0, 1 + 1e-9));
    }
}
