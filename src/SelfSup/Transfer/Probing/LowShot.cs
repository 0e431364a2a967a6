using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Accuracy with few labels of every class.</summary>
/// <remarks>
/// As in Goyal et al., "Scaling and Benchmarking Self-Supervised Visual Representation Learning", 2019, https://arxiv.org/abs/1905.01235:
/// 1 to 96 labels a class, five independent draws. The classifier is a logistic regression on features standardized by the drawn rows.
/// Its L2 strength is 1 / number of labels, scikit-learn's default, since one label a class leaves none to choose it on.
/// </remarks>
internal static class LowShot
{
    /// <summary>Fits on rows and tests the fit.</summary>
    /// <param name="train">The features to learn from.</param>
    /// <param name="rows">Which of them are learned from.</param>
    /// <param name="test">The features to test on.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="cancellationToken">Asked before every step of the fit.</param>
    /// <returns>The test accuracy, 0..1.</returns>
    public static double Test(
        LabeledFeatures train, int[] rows, LabeledFeatures test, int classes, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var features = train.Features.index_select(0, tensor(rows.Select(row => (long)row).ToArray(), device: CPU));
        var (weights, bias) = Fit(features, [.. rows.Select(row => train.Labels[row])], classes, cancellationToken: cancellationToken);
        var logits = test.Features.mm(weights.t()).add_(bias);
        return test.AccuracyOf(logits.argmax(1).data<long>().Select(answer => (int)answer));
    }

    /// <summary>Fits a linear classifier of features as they come.</summary>
    /// <param name="features">Float32 (N, D) on the CPU. Standardized in place.</param>
    /// <param name="labels">N classes, 0..<paramref name="classes"/>-1.</param>
    /// <param name="classes">Number of classes K.</param>
    /// <param name="strength">L2 strength; null means 1 / N.</param>
    /// <param name="cancellationToken">Asked before every step of the fit.</param>
    /// <returns>Weights (K, D) and bias (K), owned by the caller.</returns>
    public static (Tensor Weights, Tensor Bias) Fit(
        Tensor features, int[] labels, int classes, double? strength = null, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var scaling = Standardization.ApplyTo(features);
        var truth = tensor(labels.Select(label => (long)label).ToArray(), device: CPU);
        using var fit = LogisticRegression.Fit(features, truth, classes, strength ?? 1.0 / labels.Length, cancellationToken: cancellationToken);
        var (weights, bias) = scaling.Fold(fit);
        return (tensor(weights, [classes, weights.Length / classes], device: CPU).MoveToOuterDisposeScope(), tensor(bias, device: CPU).MoveToOuterDisposeScope());
    }
}
