using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Curation;

/// <summary>A second round: chooses images that a classifier of the labeled ones is unsure of, far from one another.</summary>
/// <remarks>
/// Unsure is a classifier whose answer changes when most features are set to 0 at random. Images for which more than half of several such
/// answers differ from the answer to all features are clustered, and the one nearest to each center is chosen. Where there are too few, the
/// next in the order of differing answers and of the lead of the first answer over the second join them. Gupte et al., "Revisiting Active
/// Learning in the Era of Vision Foundation Models", 2024, https://arxiv.org/abs/2401.14555.
/// </remarks>
public sealed record DropQuery : SelectionMethod
{
    private const int RowsAtOnce = 16_384;

    /// <summary>The probability of each feature to be set to 0, in (0, 1). The default is 0.75, as in the paper.</summary>
    public double Rate { get; init; } = 0.75;

    /// <summary>How many answers are compared with that to all features, at least 1. The default is 3, as in the paper.</summary>
    public int Draws { get; init; } = 3;

    /// <summary>Decides which features are set to 0 and where the clusters start.</summary>
    public int Seed { get; init; }

    private protected override void Validate()
    {
        if (!(Rate > 0 && Rate < 1))
            throw new ArgumentOutOfRangeException(nameof(Rate), Rate, "The probability is in (0, 1).");
        ArgumentOutOfRangeException.ThrowIfLessThan(Draws, 1, nameof(Draws));
    }

    private protected override int[] ChooseRows(
        Tensor features, int count, IReadOnlyDictionary<int, int> labels, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        if (labels.Values.Distinct().Count() < 2)
            throw new ArgumentException($"{nameof(DropQuery)} needs labels of two classes or more; choose the first images by {nameof(MaxHerding)}.", nameof(labels));
        int[] open = [.. Enumerable.Range(0, (int)features.shape[0]).Where(row => !labels.ContainsKey(row))];
        var doubts = MeasureDoubts(features, open, labels, progress, cancellationToken);
        int[] ranked = [.. open.Index().OrderByDescending(row => doubts[row.Index]).Select(row => row.Item)];
        var unsure = doubts.Count(doubt => Math.Floor(doubt) > Draws / 2.0);
        int[] candidates = [.. ranked.Take(Math.Max(unsure, count)).Order()];
        using var rows = UnitRows.Of(features, candidates);
        var picks = new ClusterPicks(int.MaxValue, LeastMembers: 1, Seed).Choose(
            rows, count, [], (clusters, cluster) => clusters.OrderByCenter(rows, cluster), null, cancellationToken);
        progress?.Report(1);
        return [.. picks.Select(pick => candidates[pick])];
    }

    /// <summary>For every row how many answers differ, from 0 to <see cref="Draws"/>, and as a fraction, under 1/2, how narrow the lead is.</summary>
    private double[] MeasureDoubts(
        Tensor features, int[] open, IReadOnlyDictionary<int, int> labels, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource((ulong)Seed, features.device);
        int[] known = [.. labels.Keys.Order()];
        int[] classes = [.. labels.Values.Distinct().Order()];
        var (weights, bias) = LowShot.Fit(
            UnitRows.Of(features, known), [.. known.Select(row => Array.IndexOf(classes, labels[row]))], classes.Length, cancellationToken: cancellationToken);
        var doubts = new List<double>(open.Length);
        foreach (var part in open.Chunk(RowsAtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            var rows = UnitRows.Of(features, part);
            var probabilities = Answer(rows).softmax(1);
            var (largest, _) = probabilities.topk(2);
            var lead = largest.select(1, 0).sub(largest.select(1, 1)); // 0..1
            var answers = probabilities.argmax(1);
            var differing = zeros(part.Length, ScalarType.Float64, features.device);
            for (var draw = 0; draw < Draws; draw++)
            {
                var kept = rows.mul(random.Chance(1 - Rate, rows.shape)).div(1 - Rate);
                differing.add_(Answer(kept).argmax(1).ne(answers));
            }
            doubts.AddRange(differing.add(lead.neg().add(1).mul(0.4)).cpu().data<double>());
            progress?.Report(0.9 * doubts.Count / open.Length);
        }
        return [.. doubts];

        Tensor Answer(Tensor rows) => rows.mm(weights.t()).add_(bias);
    }
}
