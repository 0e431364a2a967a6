using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Guesses the labels of unlabeled images: labels run from neighbor to neighbor until they settle.</summary>
/// <remarks>
/// The graph and its settling are those of Zhou et al., "Learning with Local and Global Consistency", 2003; ten nearest neighbors by cosine
/// cubed, and a guess counting as much as it is certain, are from Iscen et al., "Label Propagation for Deep Semi-supervised Learning",
/// 2019, https://arxiv.org/abs/1904.04717.
/// </remarks>
internal static class LabelPropagation
{
    private const int Neighbors = 10;
    private const double Sharpness = 3;
    private const double Reach = 0.9; // of a label's weight, what is handed on at every step
    private const int Steps = 100; // after which 0.9^100 of the way is left
    private const int RowsAtATime = 1024;
    private const double Tiny = 1e-12;

    /// <summary>Guesses labels.</summary>
    /// <param name="labeled">Labeled features, whose directions count, float32 (L, D) on the CPU.</param>
    /// <param name="labels">Their classes, int64 (L).</param>
    /// <param name="unlabeled">Unlabeled features, (U, D).</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="cancellationToken">Asked before every step.</param>
    /// <returns>
    /// A class for every unlabeled row, int64 (U), and how certain it is, float32 (U): 1 for a row that one class alone has reached, 0 for
    /// one that all have reached alike, or none. Owned by the caller.
    /// </returns>
    public static (Tensor Guesses, Tensor Certainty) Guess(
        Tensor labeled, Tensor labels, Tensor unlabeled, int classes, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var graph = Connect(Centering.DirectionsOf(cat([labeled, unlabeled]), center: null), cancellationToken);
        var seeds = zeros(labeled.shape[0] + unlabeled.shape[0], classes, device: CPU);
        seeds.narrow(0, 0, labeled.shape[0]).copy_(nn.functional.one_hot(labels, classes));
        var reached = Settle(graph, seeds, cancellationToken).narrow(0, labeled.shape[0], unlabeled.shape[0]);
        var mass = reached.sum(1, keepdim: true); // (U, 1)
        var shares = reached.div(mass.clamp_min(Tiny));
        var entropy = shares.mul(shares.clamp_min(Tiny).log()).sum(1).neg();
        var certainty = entropy.div(-Math.Log(classes)).add(1).clamp_(0, 1).mul(mass.squeeze(1).gt(0));
        return (reached.argmax(1).MoveToOuterDisposeScope(), certainty.MoveToOuterDisposeScope());
    }

    /// <summary>Fits a classifier on labeled features and on unlabeled ones with guessed labels.</summary>
    /// <remarks>
    /// A guess counts as much as it is certain, divided by the number of labels that a class has: the more is known, the less is guessed.
    /// </remarks>
    /// <param name="labeled">Labeled features that <see cref="Centering"/> scaled, float32 (L, D) on the CPU.</param>
    /// <param name="labels">Their classes, int64 (L).</param>
    /// <param name="unlabeled">Unlabeled features, scaled alike, (U, D).</param>
    /// <param name="classes">Number of classes K, at least 2.</param>
    /// <param name="strength">L2 strength.</param>
    /// <param name="device">Where to fit.</param>
    /// <param name="cancellationToken">Asked before every step.</param>
    /// <returns>The fit, owned by the caller.</returns>
    public static LogisticRegression Fit(
        Tensor labeled, Tensor labels, Tensor unlabeled, int classes, double strength, Device device, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (guesses, certainty) = Guess(labeled, labels, unlabeled, classes, cancellationToken);
        var weights = cat([ones(labels.shape[0], device: CPU), certainty.mul((double)classes / labels.shape[0]).clamp_max_(1)]);
        // Not in the span of the rows: to find it would take longer where they are many.
        return LogisticRegression.Minimize(
            cat([labeled, unlabeled]).to(device), cat([labels, guesses]).to(device), classes, strength, weights: weights.to(device),
            cancellationToken: cancellationToken);
    }

    // Every row and its nearest ones, both ways, weighted so that what runs through a row does not depend on how many it is near to: a
    // sparse matrix (N, N).
    private static Tensor Connect(Tensor rows, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var count = rows.shape[0];
        var neighbors = (int)Math.Min(Neighbors, count - 1);
        var (places, weights) = (new List<Tensor>(), new List<Tensor>());
        for (long first = 0; first < count; first += RowsAtATime)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var part = NewDisposeScope();
            var some = rows.narrow(0, first, Math.Min(RowsAtATime, count - first));
            var cosines = some.mm(rows.t());
            cosines.diagonal(first).fill_(-1); // no row is its own neighbor
            var (nearest, at) = cosines.topk(neighbors);
            places.Add(at.flatten().MoveToOuterDisposeScope());
            weights.Add(nearest.clamp_min(0).pow(Sharpness).flatten().MoveToOuterDisposeScope());
        }
        var origin = arange(count, device: CPU).repeat_interleave(neighbors);
        var target = cat([.. places]);
        var edges = stack([cat([origin, target]), cat([target, origin])]); // (2, E)
        var weight = cat([.. weights, .. weights]); // (E)
        var degrees = zeros(count, device: CPU).scatter_add_(0, edges[0], weight).clamp_min_(Tiny);
        var between = degrees.index_select(0, edges[0]).mul_(degrees.index_select(0, edges[1])).sqrt_();
        return sparse_coo_tensor(edges, weight.div_(between), [count, count], device: CPU).MoveToOuterDisposeScope();
    }

    private static Tensor Settle(Tensor graph, Tensor seeds, CancellationToken cancellationToken)
    {
        var state = seeds.clone();
        for (var step = 0; step < Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var handed = graph.mm(state);
            state.copy_(seeds).add_(handed, Reach);
        }
        return state;
    }
}
