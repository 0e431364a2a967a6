using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Learns from unlabeled images too: a classifier's answers become labels of those that it is most certain of, more in every round.</summary>
/// <remarks>
/// Lee, "Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method for Deep Neural Networks", 2013; in growing rounds by
/// Cascante-Bonilla et al., "Curriculum Labeling: Revisiting Pseudo-Labeling for Semi-Supervised Learning", 2020,
/// https://arxiv.org/abs/2001.06001.
/// </remarks>
internal static class PseudoLabels
{
    /// <summary>As many unlabeled images are enough: their features are in memory, and every round looks at all of them.</summary>
    public const int MostImages = 2000;

    private const int Rounds = 5;
    private const double LastShare = 0.5; // of a class's part of the unlabeled images, in the last round

    /// <summary>Fits a classifier on labeled features and on the guessed labels of unlabeled ones.</summary>
    /// <remarks>
    /// A guess counts 1 / number of labels that a class has: the more is known, the less is guessed. Every class gets as many at most, so
    /// that one which is answered too often does not take over; so the unlabeled images should have about as many of each.
    /// </remarks>
    /// <param name="labeled">Labeled features that <see cref="Centering"/> scaled, float32 (L, D).</param>
    /// <param name="labels">Their classes, int64 (L), on the same device.</param>
    /// <param name="unlabeled">Unlabeled features, scaled alike, (U, D), on the same device.</param>
    /// <param name="classes">Number of classes K, at least 2.</param>
    /// <param name="strength">L2 strength for the labeled features alone.</param>
    /// <param name="cancellationToken">Asked before every step.</param>
    /// <returns>The fit, owned by the caller.</returns>
    public static LogisticRegression Fit(
        Tensor labeled, Tensor labels, Tensor unlabeled, int classes, double strength, CancellationToken cancellationToken)
    {
        using var noGrad = no_grad();
        var guessWeight = Math.Min(1.0, (double)classes / labels.shape[0]);
        var fit = LogisticRegression.Fit(labeled, labels, classes, strength, cancellationToken: cancellationToken);
        for (var round = 1; round <= Rounds; round++)
        {
            using var previous = fit;
            using var scope = NewDisposeScope();
            var most = (int)Math.Ceiling(LastShare * round / Rounds * unlabeled.shape[0] / classes);
            var (rows, guesses) = Guess(previous, unlabeled, most);
            var weights = cat([ones_like(labels, dtype: ScalarType.Float32), full_like(guesses, guessWeight, dtype: ScalarType.Float32)]);
            var total = labels.shape[0] + (guessWeight * guesses.shape[0]);
            // Not in the span of the rows: to find it would take longer where they are many.
            fit = LogisticRegression.Minimize(
                cat([labeled, unlabeled.index_select(0, rows)]), cat([labels, guesses]), classes, strength * labels.shape[0] / total,
                cat([previous.GetWeights(), previous.GetBias().unsqueeze(1)], 1), weights: weights, cancellationToken: cancellationToken);
        }
        return fit;
    }

    /// <summary>Finds the rows of every class that a classifier is most certain of.</summary>
    /// <param name="fit">The classifier.</param>
    /// <param name="features">Features (U, D).</param>
    /// <param name="most">How many rows of a class, at most.</param>
    /// <returns>The rows, int64 (G), and what they are answered with, int64 (G); owned by the caller.</returns>
    public static (Tensor Rows, Tensor Guesses) Guess(LogisticRegression fit, Tensor features, int most)
    {
        using var scope = NewDisposeScope();
        var (certainty, answers) = features.mm(fit.GetWeights().t()).add_(fit.GetBias()).softmax(1).max(1);
        var (certain, answered) = (certainty.cpu().data<float>().ToArray(), answers.cpu().data<long>().ToArray());
        long[] chosen =
        [
            .. Enumerable.Range(0, answered.Length).GroupBy(row => answered[row]).OrderBy(group => group.Key)
                .SelectMany(rows => rows.OrderByDescending(row => certain[row]).Take(most)).Select(row => (long)row),
        ];
        var places = tensor(chosen, device: features.device);
        return (places.MoveToOuterDisposeScope(), answers.index_select(0, places).MoveToOuterDisposeScope());
    }
}
