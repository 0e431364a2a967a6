using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class ColorBinsTests
{
    [Fact]
    public void ThereAre313DistinctBinsOrderedByAThenB()
    {
        Assert.Equal(313, ColorBins.Count);
        Assert.Equal(ColorBins.Count, ColorBins.Centers.Count);
        Assert.Equal(ColorBins.Count, ColorBins.Centers.Distinct().Count());
        Assert.Equal(ColorBins.Centers.Order(), ColorBins.Centers);
        Assert.Equal((-90, 50), ColorBins.Centers[0]);
        Assert.Equal((100, 0), ColorBins.Centers[^1]);
        Assert.All(ColorBins.Centers, center => Assert.True(center.A % 10 == 0 && center.B % 10 == 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(10)]
    public void TheNearestBinsAreThoseOfAFullSearch(int neighbors)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(4);
        var ab = random.Uniform(1, 2, 60, 60).sub(0.5).mul(255.9);
        var (bins, weights) = ColorBins.SoftEncode(ab, neighbors);
        var points = ab.permute(0, 2, 3, 1).reshape(-1, 1, 2);
        var squared = points.sub(Centers()).square().sum(2); // (3600, 313)
        var found = squared.gather(1, bins.permute(0, 2, 3, 1).reshape(-1, neighbors));

        Assert.True(found.allclose(squared.topk(neighbors, 1, largest: false).values, atol: 1e-2));
        Assert.True(weights.permute(0, 2, 3, 1).reshape(-1, neighbors).allclose(found.div(-50).softmax(1), atol: 1e-4));
        Assert.True(neighbors == 1 || found.diff(n: 1, dim: 1).min().item<float>() >= -1e-2); // nearest first
    }

    [Fact]
    public void EveryScreenColorHasABinWithinSevenPointOne()
    {
        using var scope = NewDisposeScope();
        var axis = arange(0, 256, 5, ScalarType.Byte);
        var cube = stack([.. cartesian_prod(axis, axis, axis).unbind(1)]).view(1, 3, 52, -1);
        var ab = LabColor.FromRgb(cube).narrow(1, 1, 2);
        var error = Decode(ColorBins.SoftEncode(ab, 1)).sub(ab).square().sum(1).sqrt();
        Assert.InRange(error.max().item<float>(), 6, 7.1f);
        Assert.InRange(error.mean().item<float>(), 3.5f, 4.1f); // 3.83 over all 8-bit colors
    }

    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    public void SoftCodesArePositiveDistinctAndSumToOne(int neighbors)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(5);
        var ab = random.Uniform(2, 2, 8, 8).sub(0.5).mul(160);
        var (bins, weights) = ColorBins.SoftEncode(ab, neighbors);
        Assert.Equal([2, neighbors, 8, 8], bins.shape);
        Assert.Equal(ScalarType.Int64, bins.dtype);
        Assert.True(weights.gt(0).all().item<bool>());
        Assert.True(weights.sum(1).sub(1).abs().max().item<float>() < 1e-5);
        var dense = zeros(2, ColorBins.Count, 8, 8).scatter_(1, bins, weights);
        Assert.True(dense.gt(0).sum(1).eq(neighbors).all().item<bool>());
    }

    [Theory]
    [InlineData(5, new[] { .6488, .0878, .0878, .0878, .0878 })]
    [InlineData(10, new[] { .6192, .0838, .0838, .0838, .0838, .0113, .0113, .0113, .0113, .0002 })]
    public void ABinsOwnColorHasTheKnownCode(int neighbors, double[] expected)
    {
        using var scope = NewDisposeScope();
        var (bins, weights) = ColorBins.SoftEncode(tensor(new float[] { 10, 20 }).view(1, 2, 1, 1), neighbors);
        Assert.Equal((10, 20), ColorBins.Centers[(int)bins[0, 0, 0, 0].item<long>()]);
        var actual = weights.data<float>().ToArray();
        for (var i = 0; i < neighbors; i++)
            Assert.Equal(expected[i], actual[i], 2e-4);
    }

    [Theory]
    [InlineData(5, 0.71)]
    [InlineData(10, 0.36)]
    public void EncodingAndTheMeanComeBackCloseToTheColor(int neighbors, double largest)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(6);
        // Colors with bins on all sides: the known bounds do not hold outside the table's outline.
        var ab = random.Uniform(1, 2, 50, 50).sub(0.5).mul(40);
        var distances = Decode(ColorBins.SoftEncode(ab, neighbors)).sub(ab).square().sum(1).sqrt();
        Assert.InRange(distances.max().item<float>(), 0, largest + 0.02);
    }

    [Fact]
    public void TheAnnealedMeanLiesBetweenTheModeAndTheMean()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(7);
        var logits = random.Normal(2, ColorBins.Count, 3, 3).mul(3);
        logits.index_put_(logits.amax([1]) + 1, TensorIndex.Colon, TensorIndex.Single(40)); // a clear mode
        var mode = Centers().index_select(0, logits.argmax(1).flatten()).view(2, 3, 3, 2).permute(0, 3, 1, 2);
        var mean = logits.softmax(1).permute(0, 2, 3, 1).matmul(Centers()).permute(0, 3, 1, 2);
        var sharpened = logits.softmax(1).pow(1 / 0.38);
        var annealed = sharpened.div(sharpened.sum(1, keepdim: true)).permute(0, 2, 3, 1).matmul(Centers()).permute(0, 3, 1, 2);

        Assert.True(ColorBins.AnnealedMean(logits, 0).allclose(mode));
        Assert.True(ColorBins.AnnealedMean(logits, 1e-3).allclose(mode, atol: 0.05));
        Assert.True(ColorBins.AnnealedMean(logits, 1).allclose(mean, atol: 1e-3));
        Assert.True(ColorBins.AnnealedMean(logits).allclose(annealed, atol: 1e-2));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.38)]
    [InlineData(1)]
    [InlineData(10)]
    public void ACertainBinIsItsOwnColorAtEveryTemperature(double temperature)
    {
        using var scope = NewDisposeScope();
        var logits = full([1, ColorBins.Count, 1, 1], float.NegativeInfinity);
        logits[0, 200, 0, 0] = 0;
        var color = ColorBins.AnnealedMean(logits, temperature).data<float>().ToArray();
        Assert.Equal(ColorBins.Centers[200].A, color[0], 1e-4);
        Assert.Equal(ColorBins.Centers[200].B, color[1], 1e-4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void WeightsHaveMeanOneUnderThePrior(double uniformShare)
    {
        using var scope = NewDisposeScope();
        var prior = ColorBins.SmoothPrior(Counts());
        var weights = ColorBins.RebalancingWeights(prior, uniformShare);
        Assert.Equal(1, prior.to(float64).mul(weights).sum().item<double>(), 1e-6);
        Assert.True(weights.isfinite().all().item<bool>() && weights.gt(0).all().item<bool>());
        if (uniformShare == 1)
            Assert.True(weights.sub(1).abs().max().item<float>() < 1e-6);
        else
            Assert.True(weights[0].item<float>() > 5 * weights[IndexOf(0, 0)].item<float>()); // vivid colors count more than gray
    }

    [Fact]
    public void APriorWithZerosHasFiniteWeights()
    {
        using var scope = NewDisposeScope();
        var prior = zeros(ColorBins.Count);
        prior[150] = 1;
        var weights = ColorBins.RebalancingWeights(prior, 0);
        Assert.True(weights.isfinite().all().item<bool>());
        Assert.Equal(1, weights[150].item<float>(), 1e-6);
    }

    [Fact]
    public void SmoothingSpreadsABinOverItsNeighborsWithSigmaFive()
    {
        using var scope = NewDisposeScope();
        var counts = zeros(ColorBins.Count);
        var own = IndexOf(0, 0);
        counts[own] = 7;
        var smooth = ColorBins.SmoothPrior(counts);
        Assert.Equal(1, smooth.sum().item<float>(), 1e-6);
        var neighbor = IndexOf(0, 10);
        Assert.Equal(Math.Exp(-100 / 50.0), (smooth[neighbor] / smooth[own]).item<float>(), 1e-5);
    }

    [Fact]
    public void ANumberOfNeighborsOutOfRangeIsRefused()
    {
        using var ab = zeros(1, 2, 1, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => ColorBins.SoftEncode(ab, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ColorBins.SoftEncode(ab, 11));
    }

    /// <summary>As in photographs: many grays around (0, 0), few vivid colors, and bins that never occur.</summary>
    private static Tensor Counts() =>
        tensor(ColorBins.Centers.Select(center => MathF.Floor(1e5f * MathF.Exp(-(center.A * center.A + center.B * center.B) / 500f))).ToArray());

    private static int IndexOf(int a, int b) => ColorBins.Centers.ToList().IndexOf((a, b));

    private static Tensor Centers() => tensor(ColorBins.Centers.SelectMany(center => new float[] { center.A, center.B }).ToArray()).view(-1, 2);

    /// <summary>The expectation of a soft code, (N, 2, H, W).</summary>
    private static Tensor Decode((Tensor Bins, Tensor Weights) code) =>
        Centers().index_select(0, code.Bins.flatten()).view([.. code.Bins.shape, 2]).mul(code.Weights.unsqueeze(4)).sum(1).permute(0, 3, 1, 2);
}
