using SelfSup.Curation;
using static TorchSharp.torch;

namespace SelfSup.Tests.Curation;

public class MaxHerdingTests
{
    /// <summary>By the formula, every image measured in every round.</summary>
    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    public void TheChoiceIsTheGreedyOne(double sigma)
    {
        using var features = TestFeatures.Heaps(300, 12, spread: 0.7);
        var rows = TestFeatures.Unit(features);
        var covered = new double[rows.Length];
        var expected = new List<int>();
        for (var round = 0; round < 40; round++)
        {
            expected.Add(Enumerable.Range(0, rows.Length).Except(expected).MaxBy(row => GainOf(row)));
            for (var other = 0; other < rows.Length; other++)
                covered[other] = Math.Max(covered[other], Kernel(expected[^1], other));
        }
        Assert.Equal(expected, new MaxHerding { Sigma = sigma }.Choose(features, 40));

        double GainOf(int row) => Enumerable.Range(0, rows.Length).Sum(other => Math.Max(0, Kernel(row, other) - covered[other]));
        double Kernel(int one, int other)
        {
            var distance = TestFeatures.Distance(rows[one], rows[other]);
            return Math.Exp(-distance * distance / (2 * sigma * sigma));
        }
    }

    /// <summary>A second round goes on where the first one ended.</summary>
    [Fact]
    public void LabelsCountAsChosen()
    {
        using var features = TestFeatures.Heaps(400, 12, spread: 0.7);
        var all = new MaxHerding().Choose(features, 30);
        var labels = all[..13].ToDictionary(row => row, _ => 0);
        Assert.Equal(all[13..], new MaxHerding().Choose(features, 17, labels));
        Assert.Equal(all[..5], new MaxHerding().Choose(features, 5));
    }

    [Fact]
    public void FeaturesOfOtherLengthsGiveTheSame()
    {
        using var features = TestFeatures.Heaps(200, 12, spread: 0.7);
        using var scaled = features.mul(arange(1, 201, ScalarType.Float32, CPU).unsqueeze(1));
        Assert.Equal(new MaxHerding().Choose(features, 20), new MaxHerding().Choose(scaled, 20));
    }

    /// <summary>Of many images a draw stands for all: nearly as much of all is covered, and far more than by the draw's first ones.</summary>
    [Fact]
    public void ADrawOfManyImagesCoversNearlyAsMuch()
    {
        using var features = TestFeatures.Heaps(3000, 60, spread: 0.5);
        var exact = Coverage(new MaxHerding { Sigma = 0.5 }.Choose(features, 30));
        var drawn = new MaxHerding { Sigma = 0.5, MaxImages = 500, Seed = 5 };
        Assert.InRange(Coverage(drawn.Choose(features, 30)), exact - 0.05, exact + 0.001);
        Assert.InRange(Coverage([.. UnitRows.Draw(3000, 30, seed: 5)]), 0, exact - 0.07);
        Assert.Equal(drawn.Choose(features, 30), drawn.Choose(features, 30));

        double Coverage(int[] chosen)
        {
            using var scope = NewDisposeScope();
            var unit = UnitRows.Of(features);
            var cosines = unit.mm(unit.index_select(0, UnitRows.Places(chosen, CPU)).t());
            return cosines.sub(1).div(0.25).exp().amax([1]).mean().item<float>();
        }
    }

    [Fact]
    public void AllImagesCanBeChosen()
    {
        using var features = cat([TestFeatures.Heaps(20, 4, spread: 0.1), zeros(3, 16, device: CPU)]);
        Assert.Equal(Enumerable.Range(0, 23), new MaxHerding().Choose(features, 23).Order());
    }

    [Fact]
    public void NothingIsLeftBehindAndTheWorkTellsAndCanBeStopped()
    {
        using var features = TestFeatures.Heaps(500, 12, spread: 0.7);
        var before = LiveTensors.Count();
        var told = new List<double>();
        new MaxHerding().Choose(features, 10, new Dictionary<int, int> { [3] = 0 }, new Told(told));
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal(told.Order(), told);
        Assert.Equal(1, told[^1]);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => new MaxHerding().Choose(features, 10, progress: new Told([], stop.Cancel), cancellationToken: stop.Token));
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void WrongInputIsNamed()
    {
        using var features = TestFeatures.Heaps(20, 4, spread: 0.1);
        var labels = new Dictionary<int, int> { [3] = 0, [7] = 1 };
        Assert.Contains("19 images are to be chosen, and 18 have no label", Assert.Throws<ArgumentException>(() => new MaxHerding().Choose(features, 19, labels)).Message);
        Assert.Contains("row 20", Assert.Throws<ArgumentException>(() => new MaxHerding().Choose(features, 1, new Dictionary<int, int> { [20] = 0 })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaxHerding { Sigma = 0 }.Choose(features, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaxHerding { MaxImages = 0 }.Choose(features, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaxHerding().Choose(features, 0));
        Assert.Throws<ArgumentException>(() => new MaxHerding().Choose(features.narrow(0, 0, 0), 1));
    }

    private sealed class Told(List<double> shares, Action? also = null) : IProgress<double>
    {
        public void Report(double value)
        {
            shares.Add(value);
            also?.Invoke();
        }
    }
}
