using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>Cross-entropy of what every crop of an image predicts with the codes that <see cref="Sinkhorn"/> gives other crops.</summary>
/// <remarks>
/// Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments" (SwAV), 2020,
/// https://arxiv.org/abs/2006.09882. Crops that predict all prototypes alike stay at the logarithm of the number of prototypes.
/// </remarks>
public static class SwappedPredictionLoss
{
    /// <summary>Computes the mean over all pairs of a crop that gives codes and another one.</summary>
    /// <param name="scores">Scores by prototypes, (N, K), for every crop, those that give codes first. Cosines, of which only predictions have a gradient.</param>
    /// <param name="assigning">How many crops give codes, the first ones; at least 1. Two as a rule, the large ones.</param>
    /// <param name="queued">
    /// For every crop that gives codes the scores of earlier images, (L, K), which share the prototypes with those of the batch; null, the
    /// default, for none. Constants.
    /// </param>
    /// <param name="temperature">Divides the scores of predictions, above 0. The default is 0.1.</param>
    /// <param name="epsilon">How soft the codes are, above 0. The default is 0.05.</param>
    /// <returns>A scalar, owned by the caller.</returns>
    /// <exception cref="ArgumentException">There are no pairs, queued scores of another number of crops, or a number is out of its range.</exception>
    public static Tensor Of(
        IReadOnlyList<Tensor> scores, int assigning = 2, IReadOnlyList<Tensor>? queued = null, double temperature = 0.1, double epsilon = 0.05)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(assigning, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        if (scores.Count < 2 || scores.Count < assigning)
            throw new ArgumentException($"{scores.Count} crops, of which {assigning} give codes: there must be at least two, and those.", nameof(scores));
        if (queued is not null && queued.Count != assigning)
            throw new ArgumentException($"Queued scores of {queued.Count} crops for {assigning} that give codes.", nameof(queued));
        using var scope = NewDisposeScope();
        Tensor[] predictions = [.. scores.Select(crop => LossPrecision.Raise(crop).div(temperature).log_softmax(1))];
        Tensor[] codes = [.. Enumerable.Range(0, assigning).Select(i => CodesOf(scores[i], queued?[i], epsilon))];
        var terms = from i in Enumerable.Range(0, assigning)
                    from crop in Enumerable.Range(0, predictions.Length)
                    where crop != i
                    select codes[i].mul(predictions[crop]).sum(1).mean();
        return stack(terms).mean().neg().MoveToOuterDisposeScope();
    }

    private static Tensor CodesOf(Tensor scores, Tensor? queued, double epsilon) => queued is null
        ? Sinkhorn.Codes(scores, epsilon)
        : Sinkhorn.Codes(cat([scores.detach(), queued.detach().to(scores.dtype)]), epsilon).narrow(0, 0, scores.shape[0]);
}
