using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Curation;

/// <summary>What a classifier says of every row that it was not fitted on: rows are dealt into parts, each asked of a fit of the others.</summary>
/// <param name="LogProbabilities">Float32 (N, K). Owned.</param>
/// <param name="Loss">The mean cross-entropy with the labels.</param>
internal sealed record CrossValidation(Tensor LogProbabilities, double Loss) : IDisposable
{
    // Of L2 on standardized features, the strongest first; the loss on rows that were not fitted on chooses.
    private static readonly double[] strengths = [1, 0.1, 0.01, 0.001];

    /// <summary>Fits by several strengths of L2, and keeps what the strength of the least loss says.</summary>
    /// <param name="features">Float32 (N, D) on the CPU. Borrowed.</param>
    /// <param name="labels">N classes, of each two rows or more.</param>
    /// <param name="classes">Number of classes K.</param>
    /// <param name="folds">Number of parts, at least 2; fewer where there are fewer rows.</param>
    /// <param name="seed">Decides the parts.</param>
    /// <param name="progress">Told the share that is done, 0..1.</param>
    /// <param name="cancellationToken">Asked before every step of a fit.</param>
    public static CrossValidation Run(
        Tensor features, int[] labels, int classes, int folds, int seed, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var parts = StratifiedFolds.Deal(labels, folds, seed);
        var truth = tensor(labels.Select(label => (long)label).ToArray(), device: CPU);
        CrossValidation? best = null;
        foreach (var (i, strength) in strengths.Index())
        {
            var said = zeros(labels.Length, classes, device: CPU);
            foreach (var (j, part) in parts.Index())
            {
                using var fold = NewDisposeScope();
                var (fit, asked) = (Take(part.Fit), Take(part.Validation));
                var (weights, bias) = LowShot.Fit(fit, [.. part.Fit.Select(row => labels[row])], classes, strength, cancellationToken);
                said.index_copy_(0, tensor(part.Validation, device: CPU), asked.mm(weights.t()).add_(bias).log_softmax(1));
                progress?.Report((i + ((j + 1.0) / parts.Count)) / strengths.Length);
            }
            var loss = nn.functional.nll_loss(said, truth).item<float>();
            if (best is not null && loss >= best.Loss)
                continue;
            best = new(said, loss);
        }
        best!.LogProbabilities.DetachFromDisposeScope();
        return best;

        Tensor Take(long[] rows) => UnitRows.Of(features.index_select(0, tensor(rows, device: CPU)));
    }

    public void Dispose() => LogProbabilities.Dispose();
}
