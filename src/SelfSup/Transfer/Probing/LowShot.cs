using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Accuracy with few labels of every class, over several draws of them.</summary>
/// <remarks>
/// As in Goyal et al., "Scaling and Benchmarking Self-Supervised Visual Representation Learning", 2019, https://arxiv.org/abs/1905.01235:
/// 1 to 96 labels a class, five independent draws. The classifier is a logistic regression on features standardized by the drawn rows.
/// Its L2 strength is 1 / number of labels, scikit-learn's default, since one label a class leaves none to choose it on.
/// </remarks>
internal static class LowShot
{
    /// <summary>Fits on draws of the training features and tests each fit.</summary>
    /// <param name="train">The features to draw from.</param>
    /// <param name="test">The features to test on.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="labelsPerClass">How many labels of every class.</param>
    /// <param name="draws">Number of draws. A draw with fewer labels is part of the one with more.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="cancellationToken">Asked before every fit.</param>
    public static IReadOnlyList<LowShotResult> Measure(
        LabeledFeatures train, LabeledFeatures test, int classes, IEnumerable<int> labelsPerClass, int draws, int seed,
        CancellationToken cancellationToken = default) =>
    [
        .. labelsPerClass.Select(count => LowShotResult.Of(count, [.. Enumerable.Range(0, draws)
            .Select(draw => Test(train, test, classes, Draw(train.Labels, count, seed + draw), cancellationToken))])),
    ];

    /// <summary>Draws as many rows of every class; the same seed draws the same first rows, whatever the count.</summary>
    public static long[] Draw(IReadOnlyList<int> labels, int perClass, int seed)
    {
        var random = new Random(seed);
        var drawn = new List<long>();
        foreach (var rows in Enumerable.Range(0, labels.Count).GroupBy(row => labels[row]).OrderBy(group => group.Key))
        {
            var shuffled = rows.Select(row => (long)row).ToArray();
            random.Shuffle(shuffled);
            drawn.AddRange(shuffled[..perClass]);
        }
        return [.. drawn];
    }

    private static double Test(LabeledFeatures train, LabeledFeatures test, int classes, long[] rows, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var features = train.Features.index_select(0, tensor(rows, device: CPU));
        using var scaling = Standardization.ApplyTo(features);
        var labels = tensor(rows.Select(row => (long)train.Labels[(int)row]).ToArray(), device: CPU);
        using var fit = LogisticRegression.Fit(features, labels, classes, 1.0 / rows.Length, cancellationToken: cancellationToken);
        var (weights, bias) = scaling.Fold(fit);
        var logits = test.Features.mm(tensor(weights, [classes, weights.Length / classes], device: CPU).t()).add_(tensor(bias, device: CPU));
        return test.AccuracyOf(logits.argmax(1).data<long>().Select(answer => (int)answer));
    }
}
