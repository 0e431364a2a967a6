using static TorchSharp.torch;

namespace SelfSup.Curation;

/// <summary>Chooses the images that together are nearest to all: each is the one that covers most of what is not covered yet.</summary>
/// <remarks>
/// Covered is the mean, over all images, of the largest kernel exp(-d² / (2 sigma²)) to a chosen or labeled one; d is the distance between
/// features of length 1. Bae et al., "Generalized Coverage for More Robust Low-Budget Active Learning", 2024,
/// https://arxiv.org/abs/2407.12212. What an image adds only shrinks while others are chosen, so that most need not be looked at again:
/// the choice is the greedy one all the same (Minoux, "Accelerated greedy algorithms for maximizing submodular set functions", 1978).
/// </remarks>
public sealed record MaxHerding : SelectionMethod
{
    private const int FirstBlock = 16;
    private const int LargestBlock = 128;
    private const int LeastPerChoice = 4;

    /// <summary>How far an image reaches: the kernel's width, above 0. The default is 1, as in the paper; distances are in 0..2.</summary>
    public double Sigma { get; init; } = 1;

    /// <summary>
    /// Of more images without a label than that, an even draw of so many stands for all, to be chosen from and to be covered, or of four
    /// times as many as are chosen, where that is more; at least 1. The time grows with its square. The default is 16,384.
    /// </summary>
    public int MaxImages { get; init; } = 16_384;

    /// <summary>Decides the draw.</summary>
    public int Seed { get; init; }

    private protected override void Validate()
    {
        if (!(Sigma > 0 && double.IsFinite(Sigma)))
            throw new ArgumentOutOfRangeException(nameof(Sigma), Sigma, "The width of the kernel is a number above 0.");
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxImages, 1, nameof(MaxImages));
    }

    private protected override int[] ChooseRows(
        Tensor features, int count, IReadOnlyDictionary<int, int> labels, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        // A labeled image is covered by itself: nothing that is chosen adds to it.
        int[] open = [.. Enumerable.Range(0, (int)features.shape[0]).Where(row => !labels.ContainsKey(row))];
        // However many are asked for, the draw leaves some to choose from.
        int[] drawn = [.. UnitRows.Draw(open.Length, Math.Max(MaxImages, checked(LeastPerChoice * count)), Seed).Select(place => open[place])];
        using var coverage = new KernelCoverage(UnitRows.Of(features, drawn), Sigma);
        foreach (var known in labels.Keys.Order().Chunk(LargestBlock))
            coverage.Add(UnitRows.Of(features, known));
        var bounds = MeasureAll(coverage, progress, cancellationToken); // what each adds at most
        var measured = new int[drawn.Length]; // in which round each was last measured
        var chosen = new int[count];
        for (var round = 0; round < count; round++)
        {
            var best = FindBest(coverage, bounds, measured, round, cancellationToken);
            chosen[round] = drawn[best];
            coverage.Add(best);
            bounds[best] = double.NegativeInfinity;
            progress?.Report((1 + (round + 1.0) / count) / 2);
        }
        return chosen;
    }

    private static Tensor MeasureAll(KernelCoverage coverage, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var bounds = zeros(coverage.Count, ScalarType.Float64, CPU);
        for (var first = 0; first < coverage.Count; first += LargestBlock)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var length = Math.Min(LargestBlock, coverage.Count - first);
            bounds.narrow(0, first, length).copy_(coverage.Gain(Enumerable.Range(first, length)));
            progress?.Report((first + length) / 2.0 / coverage.Count);
        }
        return bounds;
    }

    /// <summary>Measures those of the largest bounds anew, until the largest of all is of this round.</summary>
    private static int FindBest(KernelCoverage coverage, Tensor bounds, int[] measured, int round, CancellationToken cancellationToken)
    {
        for (var block = FirstBlock; ; block = Math.Min(2 * block, LargestBlock))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (largest, places) = bounds.topk(Math.Min(block, coverage.Count));
            int[] top = [.. places.data<long>().Select(place => (int)place)];
            if (measured[top[0]] == round)
                return top[0];
            // Those that cannot be chosen are at the end.
            var open = largest.data<double>().Count(bound => bound > double.NegativeInfinity);
            int[] stale = [.. top[..open].Where(place => measured[place] < round)];
            bounds.index_copy_(0, UnitRows.Places(stale, CPU), coverage.Gain(stale));
            foreach (var place in stale)
                measured[place] = round;
        }
    }
}
