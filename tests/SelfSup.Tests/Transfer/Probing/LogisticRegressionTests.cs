using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

public class LogisticRegressionTests
{
    private static (Tensor Features, Tensor Labels) MakeData(int count, int length, int classes, int seed = 0)
    {
        using var random = new RandomSource((ulong)seed);
        var features = random.Normal(count, length);
        using var truth = random.Normal(length, classes);
        using var noise = random.Normal(count, classes);
        return (features, features.mm(truth).add(noise, alpha: 3).argmax(1));
    }

    [Fact]
    public void GradientMatchesFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = MakeData(40, 5, 3);
        using var random = new RandomSource(1);
        var at = random.Normal(3, 6).to(ScalarType.Float64);
        var wide = features.to(ScalarType.Float64);
        var (_, gradient) = LogisticRegression.ComputeLoss(at, wide, labels, strength: 0.3);
        const double h = 1e-6;
        for (var i = 0; i < 18; i++)
        {
            var bump = zeros(18, dtype: ScalarType.Float64);
            bump[i] = h;
            var (above, _) = LogisticRegression.ComputeLoss(at + bump.view(3, 6), wide, labels, 0.3);
            var (below, _) = LogisticRegression.ComputeLoss(at - bump.view(3, 6), wide, labels, 0.3);
            Assert.Equal((above - below) / (2 * h), gradient.view(18)[i].item<double>(), 1e-7);
        }
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1.0)]
    public void GradientIsSmallAtTheOptimum(double strength)
    {
        using var scope = NewDisposeScope();
        var (features, labels) = MakeData(300, 20, 4);
        using var fit = LogisticRegression.Fit(features, labels, 4, strength);
        var point = cat([fit.GetWeights(), fit.GetBias().unsqueeze(1)], 1);
        var (_, gradient) = LogisticRegression.ComputeLoss(point, features, labels, strength);
        Assert.True(gradient.abs().max().item<float>() <= LogisticRegression.Tolerance);
    }

    [Fact]
    public void ConstantFeatureLearnsTheClassFrequencies()
    {
        // With a zero feature only the free bias is left, whose optimum is log frequency (1/4, 3/4) up to a constant.
        using var scope = NewDisposeScope();
        var labels = tensor(new long[] { 0, 1, 1, 1 });
        using var fit = LogisticRegression.Fit(zeros(4, 1), labels, 2, strength: 1);
        var bias = fit.GetBias();
        Assert.Equal(Math.Log(3), bias[1].item<float>() - bias[0].item<float>(), 1e-3);
        Assert.Equal(0, fit.GetWeights().abs().max().item<float>());
    }

    [Fact]
    public void TwoMirroredPointsHaveTheHandSolvedWeight()
    {
        // x = ±1 with opposite classes: by symmetry w1 = -w0 = w and b = 0; the derivative of
        // log(1 + exp(-2w)) + strength * w² vanishes where sigmoid(-2w) = strength * w. For w = 1, strength = sigmoid(-2).
        using var scope = NewDisposeScope();
        var strength = 1 / (1 + Math.Exp(2));
        using var fit = LogisticRegression.Fit(
            tensor(new float[] { -1, 1 }).view(2, 1), tensor(new long[] { 0, 1 }), 2, strength, tolerance: 1e-6);
        Assert.Equal(1, fit.GetWeights()[1, 0].item<float>(), 1e-4);
        Assert.Equal(-1, fit.GetWeights()[0, 0].item<float>(), 1e-4);
        Assert.Equal(0, fit.GetBias().abs().max().item<float>(), 1e-4);
    }

    [Fact]
    public void StartDoesNotChangeTheOptimum()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = MakeData(200, 10, 3);
        using var cold = LogisticRegression.Fit(features, labels, 3, 0.1, tolerance: 1e-5);
        using var other = LogisticRegression.Fit(features, labels, 3, 10);
        using var warm = LogisticRegression.Fit(features, labels, 3, 0.1, start: other, tolerance: 1e-5);
        Assert.True(allclose(cold.GetWeights(), warm.GetWeights(), rtol: 0, atol: 1e-3));
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(0.1)]
    [InlineData(100)]
    public void StochasticDescentFindsTheSameMinimum(double strength)
    {
        using var scope = NewDisposeScope();
        var (features, labels) = MakeData(600, 20, 4);
        using var full = LogisticRegression.Fit(features, labels, 4, strength);
        using var stochastic = StochasticDescent.Fit(features, labels, 4, strength, seed: 1);
        using var again = StochasticDescent.Fit(features, labels, 4, strength, seed: 1);
        Assert.InRange(LossOf(stochastic) - LossOf(full), -1e-5, 3e-3);
        Assert.Equal(stochastic.GetWeights().contiguous().bytes.ToArray(), again.GetWeights().contiguous().bytes.ToArray());

        double LossOf(LogisticRegression fit) => LogisticRegression.ComputeLoss(
            cat([fit.GetWeights(), fit.GetBias().unsqueeze(1)], 1), features, labels, strength).Loss;
    }

    [Theory]
    [InlineData(60, 300, 5, 0.01)]
    [InlineData(60, 300, 5, 1.0)]
    [InlineData(6, 40, 3, 1.0 / 6)]
    [InlineData(199, 200, 4, 0.1)]
    public void FewRowsHaveTheSameFitInTheirSpan(int count, int length, int classes, double strength)
    {
        using var scope = NewDisposeScope();
        var (features, labels) = MakeData(count, length, classes);
        var (others, _) = MakeData(1000, length, classes, seed: 1);
        // Some features vary ten times as much as others, and some rows are there twice.
        features.mul_(logspace(-0.5, 0.5, length)).slice(0, 0, count / 3, 1).copy_(features.slice(0, count - count / 3, count, 1));
        using var inSpan = LogisticRegression.Fit(features, labels, classes, strength, tolerance: 1e-9, maxIterations: 3000);
        var wide = features.to(ScalarType.Float64);
        using var direct = LogisticRegression.Minimize(wide, labels, classes, strength, tolerance: 1e-9, maxIterations: 3000);
        Assert.True(allclose(direct.GetWeights(), inSpan.GetWeights().to(ScalarType.Float64), rtol: 0, atol: 1e-4));
        Assert.True(allclose(Centered(direct.GetBias()), Centered(inSpan.GetBias().to(ScalarType.Float64)), rtol: 1e-3, atol: 1e-3)); // the loss is flat along it
        var answers = others.mm(inSpan.GetWeights().t()).add(inSpan.GetBias()).argmax(1);
        var expected = others.to(ScalarType.Float64).mm(direct.GetWeights().t()).add(direct.GetBias()).argmax(1);
        Assert.InRange(answers.eq(expected).sum().item<long>(), 998, 1000);
        var (_, gradient) = LogisticRegression.ComputeLoss(
            cat([inSpan.GetWeights(), inSpan.GetBias().unsqueeze(1)], 1).to(ScalarType.Float64), wide, labels, strength);
        Assert.True(gradient.abs().max().item<double>() < 1e-4);

        static Tensor Centered(Tensor bias) => bias.sub(bias.mean()); // the same for all classes, it changes nothing
    }

    [Fact]
    public void AWarmStartInTheSpanEndsAtTheSameMinimum()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = MakeData(50, 200, 3);
        using var cold = LogisticRegression.Fit(features, labels, 3, 0.01, tolerance: 1e-7);
        using var other = LogisticRegression.Fit(features, labels, 3, 1);
        using var warm = LogisticRegression.Fit(features, labels, 3, 0.01, start: other, tolerance: 1e-7);
        Assert.True(allclose(cold.GetWeights(), warm.GetWeights(), rtol: 0, atol: 1e-5));
    }

    [Fact]
    public void RowsThatAreAllZeroLearnTheClassFrequencies()
    {
        using var scope = NewDisposeScope();
        using var fit = LogisticRegression.Fit(zeros(4, 9), tensor(new long[] { 0, 1, 1, 1 }), 2, strength: 1);
        Assert.Equal([2, 9], fit.GetWeights().shape);
        Assert.Equal(0, fit.GetWeights().abs().max().item<float>());
        Assert.Equal(Math.Log(3), fit.GetBias()[1].item<float>() - fit.GetBias()[0].item<float>(), 1e-3);
    }

    [Fact]
    public void SameDataGivesTheSameBits()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = MakeData(200, 10, 3);
        using var first = LogisticRegression.Fit(features, labels, 3, 0.01);
        using var second = LogisticRegression.Fit(features, labels, 3, 0.01);
        Assert.Equal(first.GetWeights().contiguous().bytes.ToArray(), second.GetWeights().contiguous().bytes.ToArray());
    }

    [Fact]
    public void OneHotFeaturesAreLearnedPerfectly()
    {
        using var scope = NewDisposeScope();
        var labels = arange(60).remainder(6).to(ScalarType.Int64);
        var features = nn.functional.one_hot(labels, 6).to(ScalarType.Float32);
        using var scaling = Standardization.ApplyTo(features);
        using var fit = LogisticRegression.Fit(features, labels, 6, 0.1);
        Assert.Equal(1.0, fit.Score(features, labels).Accuracy);
    }

    [Fact]
    public void ShuffledLabelsGiveChance()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(3);
        var features = random.Normal(2000, 8);
        var labels = random.Integers(4, 2000).to(ScalarType.Int64);
        using var fit = LogisticRegression.Fit(features[..1000], labels[..1000], 4, 0.1);
        var (accuracy, _) = fit.Score(features[1000..], labels[1000..]);
        Assert.InRange(accuracy, 0.25 - (3 * Math.Sqrt(0.25 * 0.75 / 1000)), 0.25 + (3 * Math.Sqrt(0.25 * 0.75 / 1000)));
    }

    [Fact]
    public void FittingLeavesOnlyTheFit()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = MakeData(100, 10, 3);
        LogisticRegression.Fit(features, labels, 3, 0.1).Dispose();
        var before = LiveTensors.Count();
        using (var fit = LogisticRegression.Fit(features, labels, 3, 0.1))
            Assert.Equal(before + 1, Tensor.TotalCount);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void CancellationStopsTheFit()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = MakeData(100, 10, 3);
        Assert.Throws<OperationCanceledException>(
            () => LogisticRegression.Fit(features, labels, 3, 0.1, cancellationToken: new CancellationToken(true)));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(80)] // more features than rows
    public void ARowOfWeightTwoIsTwoRows(int length)
    {
        using var scope = NewDisposeScope();
        var (features, labels) = MakeData(40, length, 3);
        var weights = cat([full(15, 2f), full(15, 1f), zeros(10)]);
        using var weighted = LogisticRegression.Fit(features, labels, 3, 0.1, tolerance: 1e-6, weights: weights);
        var rows = cat([arange(15), arange(30)]);
        using var repeated = LogisticRegression.Fit(features.index_select(0, rows), labels.index_select(0, rows), 3, 0.1, tolerance: 1e-6);
        Assert.True(allclose(repeated.GetWeights(), weighted.GetWeights(), rtol: 0, atol: 1e-3));
        Assert.True(allclose(repeated.GetBias(), weighted.GetBias(), rtol: 0, atol: 1e-3));
        using var plain = LogisticRegression.Fit(features, labels, 3, 0.1, tolerance: 1e-6);
        Assert.False(allclose(plain.GetWeights(), weighted.GetWeights(), rtol: 0, atol: 1e-2));
    }

    [Fact]
    public void ConstantColumnsAreSilencedAndFoldingChangesNoAnswer()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = MakeData(100, 4, 3);
        var raw = cat([features * 7 + 3, full(100, 1, 0.1f)], 1);
        var standardized = raw.clone();
        using var scaling = Standardization.ApplyTo(standardized);
        Assert.Equal(0, standardized.select(1, 4).abs().max().item<float>());
        Assert.True(standardized.narrow(1, 0, 4).std(0, false).sub(1).abs().max().item<float>() < 1e-4);

        using var fit = LogisticRegression.Fit(standardized, labels, 3, 0.01);
        var (weights, bias) = scaling.Fold(fit);
        var folded = raw.mm(tensor(weights).view(3, 5).t()) + tensor(bias);
        var direct = standardized.mm(fit.GetWeights().t()) + fit.GetBias();
        Assert.True(allclose(direct, folded, rtol: 0, atol: 1e-4));
    }
}
