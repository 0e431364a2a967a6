using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>The training features of a layer, scaled in place, with what is needed to fit on them. Owns its tensors.</summary>
/// <param name="layer">The layer.</param>
/// <param name="features">Its features (N, D) on the CPU. Owned from now on.</param>
/// <param name="labels">N classes.</param>
/// <param name="center">The mean of unlabeled images (D), to scale by; null scales by the training features themselves. Borrowed.</param>
/// <param name="device">Where to fit.</param>
/// <param name="options">How to fit.</param>
internal sealed class ProbeTraining(
    FeatureLayer layer, Tensor features, int[] labels, Tensor? center, Device device, LinearProbeOptions options) : IDisposable
{
    private readonly FeatureScaling scaling = center is null ? Standardization.ApplyTo(features) : Centering.ApplyTo(features, center);

    /// <summary>Tries every strength on the held-out rows.</summary>
    public ProbeCandidate Choose(int classes, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var split = StratifiedSplit.Create(labels, options.ValidationShare, options.Seed);
        var (fitFeatures, fitLabels) = Select(split.Fit);
        var (heldFeatures, heldLabels) = Select(split.Validation);
        // Found once for all strengths. Stochastic descent takes the features as they come: it is there to check this.
        using var span = options.Solver == ProbeSolver.Lbfgs && split.Fit.Length < layer.Length ? SampleSpan.Of(fitFeatures) : null;
        if (span is not null)
            (fitFeatures, heldFeatures) = (span.Coordinates, span.Project(heldFeatures));
        ProbeCandidate? best = null;
        LogisticRegression? previous = null;
        try
        {
            // Strong to weak: each fit is the next one's start, and a tie goes to the simpler classifier.
            foreach (var strength in options.Strengths.OrderDescending())
            {
                var fit = Solve(fitFeatures, fitLabels, classes, strength, previous, cancellationToken);
                previous?.Dispose();
                previous = fit;
                var (accuracy, loss) = fit.Score(heldFeatures, heldLabels);
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
        var target = tensor(labels.Select(label => (long)label).ToArray(), device: device);
        using var fit = unlabeled is null
            ? Solve(features.to(device), target, classNames.Count, strength, start: null, cancellationToken)
            : FitGuesses(unlabeled);
        return scaling.CreateHead(fit, layer, classNames);

        LogisticRegression FitGuesses(Tensor others)
        {
            using var alike = Centering.ApplyTo(others, center!);
            return PseudoLabels.Fit(features.to(device), target, others.to(device), classNames.Count, strength, cancellationToken);
        }
    }

    public void Dispose()
    {
        features.Dispose();
        scaling.Dispose();
    }

    private LogisticRegression Solve(
        Tensor rows, Tensor target, int classes, double strength, LogisticRegression? start, CancellationToken cancellationToken) =>
        options.Solver == ProbeSolver.Sgd
            ? StochasticDescent.Fit(rows, target, classes, strength, options.Seed, cancellationToken)
            : LogisticRegression.Fit(rows, target, classes, strength, start, cancellationToken: cancellationToken);

    private (Tensor Features, Tensor Labels) Select(long[] rows) =>
        (features.index_select(0, tensor(rows, device: CPU)).to(device),
            tensor(rows.Select(row => (long)labels[row]).ToArray(), device: device));
}
