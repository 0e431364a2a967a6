using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>The training features of a layer, scaled in place, with what is needed to fit on them. Owns them.</summary>
/// <param name="layer">The layer.</param>
/// <param name="rows">Its features. Owned from now on.</param>
/// <param name="labels">The class of every row.</param>
/// <param name="center">The mean of unlabeled images (D), to scale by; null scales by the training features themselves. Borrowed.</param>
/// <param name="options">How to fit.</param>
/// <param name="cancellationToken">Asked while they are scaled.</param>
internal sealed class ProbeTraining(
    FeatureLayer layer, LabeledRows rows, int[] labels, Tensor? center, LinearProbeOptions options, CancellationToken cancellationToken) : IDisposable
{
    private readonly FeatureScaling scaling = rows.Scale(center, cancellationToken);

    /// <summary>Tries every strength on the held-out rows.</summary>
    public ProbeCandidate Choose(int classes, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var split = StratifiedSplit.Create(labels, options.ValidationShare, options.Seed);
        // Stochastic descent takes the features as they come: it is there to check what is done with them.
        var (some, others) = rows.Split(split, inSpan: options.Solver == ProbeSolver.Lbfgs);
        using LabeledRows fitted = some, held = others;
        ProbeCandidate? best = null;
        LogisticRegression? previous = null;
        try
        {
            // Strong to weak: each fit is the next one's start, and a tie goes to the simpler classifier.
            foreach (var strength in options.Strengths.OrderDescending())
            {
                var fit = Solve(fitted, classes, strength, previous, cancellationToken);
                previous?.Dispose();
                previous = fit;
                var (accuracy, loss) = held.Score(fit, cancellationToken);
                var candidate = new ProbeCandidate(layer, strength, accuracy, loss);
                if (candidate.Beats(best))
                    best = candidate;
            }
        }
        finally
        {
            previous?.Dispose();
        }
        return best!;
    }

    /// <summary>
    /// The candidate where no label can be held out: the strength is 1 / number of labels, as <see cref="LowShot"/> has it.
    /// </summary>
    public ProbeCandidate TakeUnchosen() => new(layer, 1.0 / labels.Length, null, double.NaN);

    /// <summary>Fits on all rows, and on the guessed labels of unlabeled ones where there are some.</summary>
    /// <param name="classNames">The names of the classes.</param>
    /// <param name="strength">L2 strength.</param>
    /// <param name="unlabeled">Features of unlabeled images (U, D) on the CPU, scaled in place; or null.</param>
    /// <param name="cancellationToken">Asked now and then.</param>
    public LinearHead Fit(IReadOnlyList<string> classNames, double strength, Tensor? unlabeled, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var fit = unlabeled is null
            ? Solve(rows, classNames.Count, strength, start: null, cancellationToken)
            : FitGuesses(unlabeled);
        return scaling.CreateHead(fit, layer, classNames);

        LogisticRegression FitGuesses(Tensor others)
        {
            using var alike = Centering.ApplyTo(others, center!);
            var (features, target) = rows.Load(cancellationToken);
            return PseudoLabels.Fit(features, target, others.to(features.device), classNames.Count, strength, cancellationToken);
        }
    }

    public void Dispose()
    {
        rows.Dispose();
        scaling.Dispose();
    }

    private LogisticRegression Solve(
        LabeledRows on, int classes, double strength, LogisticRegression? start, CancellationToken cancellationToken)
    {
        if (options.Solver != ProbeSolver.Sgd)
            return on.Fit(classes, strength, start, cancellationToken);
        using var scope = NewDisposeScope();
        var (features, target) = on.Load(cancellationToken);
        return StochasticDescent.Fit(features, target, classes, strength, options.Seed, cancellationToken);
    }
}
