using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Accuracy with few labels of every class.</summary>
/// <remarks>
/// As in Goyal et al., "Scaling and Benchmarking Self-Supervised Visual Representation Learning", 2019, https://arxiv.org/abs/1905.01235:
/// 1 to 96 labels a class, five independent draws. The classifier is a logistic regression whose L2 strength is 1 / number of labels,
/// scikit-learn's default, since one label a class leaves none to choose it on.
/// </remarks>
/// <param name="train">The features to learn from. Borrowed.</param>
/// <param name="test">The features to test on. Borrowed.</param>
/// <param name="layer">What features they are.</param>
/// <param name="classNames">The names of the classes.</param>
internal sealed class LowShot(LabeledFeatures train, LabeledFeatures test, FeatureLayer layer, IReadOnlyList<string> classNames)
{
    /// <summary>Fits on rows, standardized by themselves, and tests the fit.</summary>
    /// <param name="rows">Which rows are learned from.</param>
    /// <param name="cancellationToken">Asked before every step of the fit.</param>
    /// <returns>The test accuracy, 0..1.</returns>
    public double Test(int[] rows, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (features, labels) = Take(rows);
        return Test(Standardization.ApplyTo(features), features, labels, cancellationToken);
    }

    /// <summary>Fits on rows, centered by unlabeled images, and tests the fit.</summary>
    /// <param name="rows">Which rows are learned from.</param>
    /// <param name="center">The mean of unlabeled images (D).</param>
    /// <param name="cancellationToken">Asked before every step of the fit.</param>
    /// <returns>The test accuracy, 0..1.</returns>
    public double TestCentered(int[] rows, Tensor center, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (features, labels) = Take(rows);
        return Test(Centering.ApplyTo(features, center), features, labels, cancellationToken);
    }

    /// <summary>Fits on rows and on the guessed labels of unlabeled images, all centered, and tests the fit.</summary>
    /// <param name="rows">Which rows are learned from.</param>
    /// <param name="center">The mean of unlabeled images (D).</param>
    /// <param name="unlabeled">Features of unlabeled images (U, D).</param>
    /// <param name="cancellationToken">Asked before every step of the fit.</param>
    /// <returns>The test accuracy, 0..1.</returns>
    public double TestPseudoLabeled(int[] rows, Tensor center, Tensor unlabeled, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (features, labels) = Take(rows);
        using var scaling = Centering.ApplyTo(features, center);
        var others = unlabeled.clone();
        using var alike = Centering.ApplyTo(others, center);
        using var fit = PseudoLabels.Fit(features, labels, others, classNames.Count, 1.0 / rows.Length, cancellationToken);
        return Test(scaling, fit);
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

    private (Tensor Features, Tensor Labels) Take(int[] rows) =>
        (train.Features.index_select(0, tensor(rows.Select(row => (long)row).ToArray(), device: CPU)),
            tensor(rows.Select(row => (long)train.Labels[row]).ToArray(), device: CPU));

    private double Test(FeatureScaling scaling, Tensor features, Tensor labels, CancellationToken cancellationToken)
    {
        using var owned = scaling;
        using var fit = LogisticRegression.Fit(features, labels, classNames.Count, 1.0 / labels.shape[0], cancellationToken: cancellationToken);
        return Test(scaling, fit);
    }

    private double Test(FeatureScaling scaling, LogisticRegression fit) =>
        test.AccuracyOf(scaling.CreateHead(fit, layer, classNames).Predict(test.Features).Select(answer => (int)answer));
}
