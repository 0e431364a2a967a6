using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>A multinomial logistic regression: the one linear classifier that its data and its L2 strength determine.</summary>
internal sealed class LogisticRegression : IDisposable
{
    /// <summary>Largest entry of the gradient at the minimum; scikit-learn's default.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>The same for float64 rows, such as those of a span: there are few of them, and coming closer costs little.</summary>
    public const double WideTolerance = 1e-6;

    private const int MaxIterations = 300;
    private readonly Tensor coefficients; // (K, D + 1), the bias last

    /// <summary>Wraps a solution.</summary>
    /// <param name="coefficients">Weights and, in the last column, bias: (K, D + 1). Owned from now on.</param>
    public LogisticRegression(Tensor coefficients) => this.coefficients = coefficients.DetachFromDisposeScope();

    /// <summary>A new view of the weights, (K, D), owned by the caller.</summary>
    public Tensor GetWeights() => coefficients.narrow(1, 0, coefficients.shape[1] - 1);

    /// <summary>A new view of the bias, (K), owned by the caller.</summary>
    public Tensor GetBias() => coefficients.select(1, coefficients.shape[1] - 1);

    /// <summary>Minimizes mean cross-entropy + strength / 2 * |weights|²; the bias is free.</summary>
    /// <remarks>With fewer rows than features, it does so in the space that the rows span, where the minimum is.</remarks>
    /// <param name="features">Standardized features (N, D).</param>
    /// <param name="labels">Classes, int64 (N), 0..<paramref name="classes"/>-1, on the features' device.</param>
    /// <param name="classes">Number of classes K.</param>
    /// <param name="strength">L2 strength, above 0.</param>
    /// <param name="start">Where to start, such as the fit at the next stronger L2; null means zero.</param>
    /// <param name="tolerance">Largest entry of the gradient at the minimum; null means what the precision of the rows allows.</param>
    /// <param name="maxIterations">Stops after this many steps in any case.</param>
    /// <param name="weights">How much every row counts (N), of the features' type and on their device; null means all alike.</param>
    /// <param name="cancellationToken">Asked before every step.</param>
    /// <returns>The fit, owned by the caller.</returns>
    public static LogisticRegression Fit(
        Tensor features,
        Tensor labels,
        int classes,
        double strength,
        LogisticRegression? start = null,
        double? tolerance = null,
        int maxIterations = MaxIterations,
        Tensor? weights = null,
        CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        if (features.shape[0] >= features.shape[1])
            return Minimize(features, labels, classes, strength, start?.coefficients, tolerance, maxIterations, weights, cancellationToken);
        using var span = SampleSpan.Of(features);
        using var wide = weights?.to(ScalarType.Float64);
        var origin = start is null ? null : cat([span.Project(start.GetWeights()), start.GetBias().unsqueeze(1)], 1);
        using var fit = Minimize(span.Coordinates, labels, classes, strength, origin, tolerance, maxIterations, wide, cancellationToken);
        return span.Lift(fit);
    }

    /// <summary>Finds the same minimum among weights for all features, whatever the number of rows, from coefficients (K, D + 1) on.</summary>
    internal static LogisticRegression Minimize(
        Tensor features, Tensor labels, int classes, double strength, Tensor? origin = null, double? tolerance = null,
        int maxIterations = MaxIterations, Tensor? weights = null, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        return Minimize(
            point => ComputeLoss(point, features, labels, strength, weights), features.square().mean([0L]), classes, strength, origin, tolerance,
            maxIterations, cancellationToken);
    }

    /// <summary>Finds the minimum of a loss that is computed elsewhere, such as in blocks of rows.</summary>
    /// <param name="loss">The loss and its gradient, as <see cref="ComputeLoss"/> gives them for all rows.</param>
    /// <param name="squares">The mean square of every feature (D).</param>
    /// <param name="classes">Number of classes K.</param>
    /// <param name="strength">L2 strength, above 0.</param>
    /// <param name="start">Where to start; null means zero.</param>
    /// <param name="cancellationToken">Asked before every step.</param>
    /// <returns>The fit, owned by the caller.</returns>
    internal static LogisticRegression Minimize(
        Lbfgs.Function loss, Tensor squares, int classes, double strength, LogisticRegression? start, CancellationToken cancellationToken) =>
        Minimize(loss, squares, classes, strength, start?.coefficients, tolerance: null, MaxIterations, cancellationToken);

    private static LogisticRegression Minimize(
        Lbfgs.Function loss, Tensor squares, int classes, double strength, Tensor? origin, double? tolerance, int maxIterations,
        CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var length = squares.shape[0];
        tolerance ??= squares.dtype == ScalarType.Float64 ? WideTolerance : Tolerance;
        origin ??= zeros(classes, length + 1, dtype: squares.dtype, device: squares.device);
        // How sharply the loss curves along each weight while the classes are as likely as each other.
        var curvature = cat([squares, ones(1, dtype: squares.dtype, device: squares.device)]).mul_((1 - 1.0 / classes) / classes);
        curvature.narrow(0, 0, length).add_(strength);
        return new(Lbfgs.Minimize(loss, origin, curvature, tolerance.Value, maxIterations, cancellationToken));
    }

    /// <summary>The loss and its gradient, without autograd: two matrix products and nothing of the features' size in between.</summary>
    /// <param name="coefficients">Weights and, in the last column, bias: (K, D + 1).</param>
    /// <param name="features">Features (N, D).</param>
    /// <param name="labels">Classes, int64 (N).</param>
    /// <param name="strength">L2 strength.</param>
    /// <param name="rowWeights">How much every row counts (N); null means all alike.</param>
    /// <returns>The loss and the gradient (K, D + 1), owned by the caller.</returns>
    public static (double Loss, Tensor Gradient) ComputeLoss(
        Tensor coefficients, Tensor features, Tensor labels, double strength, Tensor? rowWeights = null)
    {
        using var scope = NewDisposeScope();
        var length = features.shape[1];
        var count = rowWeights is null ? features.shape[0] : rowWeights.sum(ScalarType.Float64).item<double>();
        var column = labels.unsqueeze(1); // (N, 1)
        var share = rowWeights?.unsqueeze(1); // (N, 1)
        var weights = coefficients.narrow(1, 0, length); // (K, D)
        var logits = features.mm(weights.t()).add_(coefficients.select(1, length)); // (N, K)
        var logProbabilities = logits.log_softmax(1);
        var answers = logProbabilities.gather(1, column); // (N, 1)
        // Summed in double, or the line search would stall in the rounding of the loss.
        var entropy = -(share is null ? answers : answers.mul_(share)).sum(ScalarType.Float64).item<double>() / count;
        var penalty = strength / 2 * weights.square().sum(ScalarType.Float64).item<double>();

        var residuals = logProbabilities.exp_();
        residuals.scatter_add_(1, column, full_like(column, -1, dtype: residuals.dtype));
        if (share is not null)
            residuals.mul_(share);
        residuals.div_(count);
        var gradient = empty_like(coefficients);
        gradient.narrow(1, 0, length).copy_(residuals.t().mm(features)).add_(weights, alpha: strength);
        gradient.select(1, length).copy_(residuals.sum([0]));
        return (entropy + penalty, gradient.MoveToOuterDisposeScope());
    }

    /// <summary>Computes how well the fit does on other features.</summary>
    /// <param name="features">Features (M, D), standardized as the fitted ones.</param>
    /// <param name="labels">Classes, int64 (M).</param>
    /// <returns>The share of correct answers and the mean cross-entropy.</returns>
    public (double Accuracy, double Loss) Score(Tensor features, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var logits = features.mm(GetWeights().t()).add_(GetBias()); // (M, K)
        var accuracy = logits.argmax(1).eq(labels).to(ScalarType.Float64).mean().item<double>();
        return (accuracy, nn.functional.cross_entropy(logits, labels).to(ScalarType.Float64).item<double>());
    }

    public void Dispose() => coefficients.Dispose();
}
