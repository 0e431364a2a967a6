using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Fits a logistic regression by stochastic gradient descent, the way linear probes are usually trained.</summary>
/// <remarks>
/// Nesterov momentum 0.9, batches of 256, 100 epochs, the learning rate cut to a tenth at 60 and 80 of them. Short runs find the learning
/// rate at which the loss falls furthest: the sweep goes on by factors of 3 until the rates on both sides of the best are worse. The
/// penalty is applied as a proximal step, which is stable at any strength, so the minimum is that of <see cref="Lbfgs"/>.
/// </remarks>
internal static class StochasticDescent
{
    private const double Momentum = 0.9;
    private const int BatchSize = 256;
    private const int Epochs = 100;
    private const int EpochsToCompare = 10;
    private const double SweepFactor = 3;

    /// <summary>Minimizes mean cross-entropy + strength / 2 * |weights|²; the bias is free.</summary>
    /// <param name="features">Standardized features, float32 (N, D).</param>
    /// <param name="labels">Classes, int64 (N), 0..<paramref name="classes"/>-1, on the features' device.</param>
    /// <param name="classes">Number of classes K.</param>
    /// <param name="strength">L2 strength, above 0.</param>
    /// <param name="seed">Decides the order of the rows.</param>
    /// <param name="cancellationToken">Asked before every epoch.</param>
    /// <returns>The fit, owned by the caller.</returns>
    public static LogisticRegression Fit(
        Tensor features, Tensor labels, int classes, double strength, int seed, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        // The loss curves by |x|² / 2 at most, and |x|² is D on average where every feature has deviation 1: a tenth of 1 / D is safe.
        var rate = 0.1 / features.shape[1];
        var loss = Try(rate);
        if (!Climb(SweepFactor))
            Climb(1 / SweepFactor);
        return new(Descend(rate, Epochs));

        bool Climb(double factor)
        {
            var climbed = false;
            while (Try(rate * factor) is var next && next < loss)
                (rate, loss, climbed) = (rate * factor, next, true);
            return climbed;
        }

        // A run that diverges ends with infinity or NaN, neither of which is below any loss.
        double Try(double tried)
        {
            using var point = Descend(tried, EpochsToCompare);
            var (reached, gradient) = LogisticRegression.ComputeLoss(point, features, labels, strength);
            gradient.Dispose();
            return reached;
        }

        Tensor Descend(double tried, int epochs) => Run(features, labels, classes, strength, tried, epochs, seed, cancellationToken);
    }

    private static Tensor Run(
        Tensor features, Tensor labels, int classes, double strength, double peakRate, int epochs, int seed,
        CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource((ulong)seed, features.device);
        var (count, length) = (features.shape[0], features.shape[1]);
        var point = zeros(classes, length + 1, device: features.device); // the bias last
        var previous = point.clone();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var pass = NewDisposeScope();
            var progress = (double)epoch / epochs;
            var rate = peakRate * (progress < 0.6 ? 1 : progress < 0.8 ? 0.1 : 0.01);
            var order = random.Permutation(count);
            for (long first = 0; first < count; first += BatchSize)
            {
                using var step = NewDisposeScope();
                var rows = order.narrow(0, first, Math.Min(BatchSize, count - first));
                var ahead = point.add(point.sub(previous), Momentum);
                var (_, gradient) = LogisticRegression.ComputeLoss(
                    ahead, features.index_select(0, rows), labels.index_select(0, rows), strength: 0);
                previous.copy_(point);
                point.copy_(ahead.sub_(gradient.mul_(rate)));
                point.narrow(1, 0, length).div_(1 + rate * strength);
            }
        }
        return point.MoveToOuterDisposeScope();
    }
}
