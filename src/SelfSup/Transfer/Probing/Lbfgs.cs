using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Minimizes a smooth function by limited-memory BFGS: deterministic, full batch, no learning rate.</summary>
/// <remarks>
/// Nocedal and Wright, Numerical Optimization (2006), algorithm 7.4, with the bracketing line search for the weak Wolfe
/// conditions of Lewis and Overton, Nonsmooth optimization via quasi-Newton methods (2013).
/// </remarks>
internal static class Lbfgs
{
    private const int Memory = 10;
    private const int MaxTrials = 30;
    private const double SufficientDecrease = 1e-4;
    private const double SufficientFlattening = 0.9;

    /// <summary>Computes the function and its gradient; the gradient belongs to the caller.</summary>
    public delegate (double Loss, Tensor Gradient) Function(Tensor point);

    private sealed record Trial(Tensor Point, double Loss, Tensor Gradient);

    private sealed record Pair(Tensor Step, Tensor Change, double Curvature);

    /// <summary>Walks downhill from a start until every entry of the gradient is small.</summary>
    /// <param name="function">The function.</param>
    /// <param name="start">Where to start, of any shape; not modified.</param>
    /// <param name="curvature">
    /// Second derivatives along the axes, roughly: above 0, of a shape that broadcasts to the start's. Without knowing how unlike they are,
    /// it would take many steps to find out.
    /// </param>
    /// <param name="tolerance">Largest entry of the gradient at which the point counts as the minimum.</param>
    /// <param name="maxIterations">Stops after this many steps in any case.</param>
    /// <param name="cancellationToken">Asked before every step.</param>
    /// <returns>The best point found, owned by the caller.</returns>
    public static Tensor Minimize(
        Function function, Tensor start, Tensor curvature, double tolerance, int maxIterations, CancellationToken cancellationToken = default)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var point = start.clone();
        var (loss, gradient) = function(point);
        var here = new Trial(point, loss, gradient);
        var history = new Queue<Pair>();
        for (var i = 0; i < maxIterations; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            if (here.Gradient.abs().max().to(ScalarType.Float64).item<double>() <= tolerance)
                break;
            var next = SearchLine(function, here, ComputeDirection(here.Gradient, curvature, history));
            if (next is null)
                break; // no decrease is left that rounding lets through
            Remember(history, here, next);
            here.Point.Dispose();
            here.Gradient.Dispose();
            here = next with { Point = next.Point.MoveToOuterDisposeScope(), Gradient = next.Gradient.MoveToOuterDisposeScope() };
        }
        return here.Point.MoveToOuterDisposeScope();
    }

    private static Tensor ComputeDirection(Tensor gradient, Tensor curvature, Queue<Pair> history)
    {
        var direction = gradient.neg();
        var weights = new Stack<double>();
        foreach (var pair in history.Reverse())
        {
            weights.Push(Dot(pair.Step, direction) / pair.Curvature);
            direction.add_(pair.Change, alpha: -weights.Peek());
        }
        direction.div_(curvature);
        if (history.LastOrDefault() is { } newest)
            direction.mul_(newest.Curvature / Dot(newest.Change, newest.Change.div(curvature)));
        foreach (var pair in history)
            direction.add_(pair.Step, alpha: weights.Pop() - (Dot(pair.Change, direction) / pair.Curvature));
        return direction;
    }

    private static Trial? SearchLine(Function function, Trial here, Tensor direction)
    {
        var length = 1.0;
        var slope = Dot(here.Gradient, direction);
        if (!(slope < 0))
            return null;
        var (shortest, longest) = (0.0, double.PositiveInfinity);
        Trial? best = null;
        for (var trial = 0; trial < MaxTrials; trial++)
        {
            var point = here.Point.add(direction, alpha: length);
            var (loss, gradient) = function(point);
            if (!(loss <= here.Loss + (SufficientDecrease * length * slope)))
                longest = length;
            else
            {
                best = new Trial(point, loss, gradient);
                if (Dot(gradient, direction) >= SufficientFlattening * slope)
                    return best;
                shortest = length;
            }
            length = double.IsInfinity(longest) ? 2 * length : (shortest + longest) / 2;
        }
        return best;
    }

    private static void Remember(Queue<Pair> history, Trial here, Trial next)
    {
        var step = next.Point.sub(here.Point);
        var change = next.Gradient.sub(here.Gradient);
        var curvature = Dot(step, change);
        if (!(curvature > 0))
            return; // rounding; the direction must stay downhill
        history.Enqueue(new Pair(step.MoveToOuterDisposeScope(), change.MoveToOuterDisposeScope(), curvature));
        if (history.Count <= Memory)
            return;
        var oldest = history.Dequeue();
        oldest.Step.Dispose();
        oldest.Change.Dispose();
    }

    private static double Dot(Tensor left, Tensor right)
    {
        using var product = left.mul(right);
        using var sum = product.sum(ScalarType.Float64);
        return sum.item<double>();
    }
}
