using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

/// <summary>Rows in a file give what the same rows in memory give, though they are read a few at a time.</summary>
public class StoredRowsTests
{
    private const int Count = 500, Length = 20, Classes = 3;
    private static readonly int[] labels = [.. Enumerable.Range(0, Count).Select(row => row * row % Classes)];

    private static Tensor Draw()
    {
        using var random = new RandomSource(5);
        var features = random.Normal(Count, Length).mul_(3).add_(7);
        features.select(1, 0).fill_(0.1); // a constant one
        for (var row = 0; row < Count; row++)
            features[row, 1 + labels[row]] += 2;
        return features;
    }

    /// <summary>Seven rows at once, added in batches of other sizes.</summary>
    private static StoredRows Store(Tensor features)
    {
        using var scope = NewDisposeScope();
        var stored = new StoredFeatures(Length, bytesAtOnce: 7 * Length * sizeof(float));
        foreach (var batch in features.split(64))
            stored.Add(batch);
        return new StoredRows(stored, labels, CPU);
    }

    [Theory]
    [InlineData(false, 1e-3)]
    [InlineData(false, 1)]
    [InlineData(true, 0.01)]
    public void FitsScoresAndScalesAreThoseOfMemory(bool centered, double strength)
    {
        using var scope = NewDisposeScope();
        var features = Draw();
        var center = centered ? features.mean([0]).add(1) : null;
        using StoredRows stored = Store(features);
        using MemoryRows memory = new(features, labels, CPU);
        using FeatureScaling scaling = stored.Scale(center, default), expectedScaling = memory.Scale(center, default);
        Assert.True(stored.Load(default).Features.allclose(memory.Load(default).Features, rtol: 0, atol: 1e-5));
        Assert.Equal(memory.Load(default).Labels.data<long>(), stored.Load(default).Labels.data<long>());

        var split = StratifiedSplit.Create(labels, 0.2, seed: 1);
        var (fitRows, heldRows) = stored.Split(split, inSpan: true);
        var (expectedFitRows, expectedHeldRows) = memory.Split(split, inSpan: true);
        using LabeledRows fitted = fitRows, held = heldRows, expectedFitted = expectedFitRows, expectedHeld = expectedHeldRows;
        using LogisticRegression
            start = fitted.Fit(Classes, 10 * strength, start: null, default),
            fit = fitted.Fit(Classes, strength, start, default),
            expected = expectedFitted.Fit(Classes, strength, start: null, default);
        // At weak strengths the loss is flat around its minimum: what tells a minimum is the gradient, here that of the rows in memory.
        var (loss, gradient) = LossOf(fit);
        Assert.True(gradient.abs().max().item<float>() < 1.1 * LogisticRegression.Tolerance);
        Assert.Equal(LossOf(expected).Loss, loss, 1e-5);
        var (accuracy, entropy) = held.Score(fit, default);
        var (expectedAccuracy, expectedEntropy) = expectedHeld.Score(fit, default);
        Assert.Equal(expectedAccuracy, accuracy, 1e-6);
        Assert.Equal(expectedEntropy, entropy, 1e-5);

        var layer = new FeatureLayer("x", 0, 1, Length);
        var (head, expectedHead) = (scaling.CreateHead(fit, layer, ["a", "b", "c"]), expectedScaling.CreateHead(fit, layer, ["a", "b", "c"]));
        Assert.InRange(head.Predict(Draw()).Zip(expectedHead.Predict(Draw())).Count(pair => pair.First == pair.Second), Count - 1, Count);

        (double Loss, Tensor Gradient) LossOf(LogisticRegression of)
        {
            var (inMemory, answers) = expectedFitted.Load(default);
            return LogisticRegression.ComputeLoss(cat([of.GetWeights(), of.GetBias().unsqueeze(1)], 1), inMemory, answers, strength);
        }
    }

    [Fact]
    public void NothingIsLeftBehindAndAFitCanBeStopped()
    {
        using var scope = NewDisposeScope();
        var features = Draw();
        var before = LiveTensors.Count();
        using (var stored = Store(features))
        {
            stored.Scale(null, default).Dispose();
            stored.Fit(Classes, 1, start: null, default).Dispose();
            Assert.Throws<OperationCanceledException>(() => stored.Fit(Classes, 1, start: null, new CancellationToken(canceled: true)));
            Assert.Equal(before + 1, LiveTensors.Count()); // the labels
        }
        Assert.Equal(before, LiveTensors.Count());
    }
}
