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
}
