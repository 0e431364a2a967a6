using SelfSup.Data;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Comparisons;

/// <summary>Judges encoders by the global average of their last stage: cross-validated on labeled images, and by how unlabeled ones differ.</summary>
/// <param name="images">Unlabeled images.</param>
/// <param name="labeled">Labeled images, or null.</param>
/// <param name="options">How often, and threads that read.</param>
/// <param name="cancellationToken">Stops judging.</param>
/// <param name="tested">The labeled images to test on; null means all.</param>
internal sealed class CandidateJudge(
    IImageSource images, ILabeledImageSource? labeled, ComparisonOptions options, CancellationToken cancellationToken, IReadOnlyList<int>? tested = null)
{
    private const int SpreadImages = 1024;
    private const int Folds = 10; // so that nearly as many labels are learned from as there are

    /// <summary>Fills in a row's figures.</summary>
    public ComparisonRow Judge(Encoder encoder, ComparisonRow row)
    {
        encoder.eval();
        var layer = FeatureLayer.Find(encoder, FeatureLayer.PooledName);
        using var some = FeatureExtractor.Extract(
            encoder, ImageSample.Of(images, SpreadImages), [layer], workers: options.Workers, cancellationToken: cancellationToken);
        row = row with { Encoder = encoder, Spread = FeatureSpread.Of(some[layer.Name]), Failures = [.. row.Failures, .. some.Failures] };
        if (labeled is null)
            return row;
        using var features = LabeledFeatures.Extract("labeled", encoder, labeled, layer, workers: options.Workers, cancellationToken: cancellationToken);
        using var center = some[layer.Name].mean([0]);
        var classes = labeled.ClassNames.Count;
        var mayBeHeld = tested?.ToHashSet();
        int[]? rows = mayBeHeld is null ? null : [.. Enumerable.Range(0, features.Labels.Length).Where(row => mayBeHeld.Contains(features.Images.Indices[row]))];
        var splits = Enumerable.Range(0, options.Repetitions)
            .SelectMany(repetition => StratifiedFolds.Deal(features.Labels, Folds, options.Seed + repetition, rows)).ToArray();
        var (linear, neighbors) = (new double[splits.Length], new double[splits.Length]);
        foreach (var (i, split) in splits.Index())
        {
            using var learned = Take(features, split.Fit);
            using var queries = Take(features, split.Validation);
            var few = new LowShot(learned, queries, layer, labeled.ClassNames);
            linear[i] = few.TestCentered([.. Enumerable.Range(0, learned.Labels.Length)], center, cancellationToken);
            var bank = new KnnClassifier(learned.Features, learned.Labels, classes, center);
            neighbors[i] = queries.AccuracyOf(bank.Predict(queries.Features, cancellationToken: cancellationToken));
        }
        return row with
        {
            Linear = linear.Average(),
            LinearDeviation = LowShotResult.DeviationOf(linear),
            Neighbors = neighbors.Average(),
            Trials = new(linear, splits.Length == options.Repetitions
                ? double.PositiveInfinity
                : splits.Average(split => (double)split.Validation.Length / split.Fit.Length)),
            Failures = [.. row.Failures, .. features.Images.Failures],
        };
    }

    private static LabeledFeatures Take(LabeledFeatures features, long[] rows) => new(
        features.Features.index_select(0, tensor(rows, device: CPU)), [.. rows.Select(row => features.Labels[row])],
        new([.. rows.Select(row => features.Images.Indices[row])], [.. rows.Select(row => features.Images.Hashes[row])], []));
}
