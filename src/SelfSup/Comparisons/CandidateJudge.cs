using SelfSup.Data;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Comparisons;

/// <summary>Judges encoders by the global average of their last stage: on halves of labeled images, and by how unlabeled ones differ.</summary>
internal sealed class CandidateJudge(IImageSource images, ILabeledImageSource? labeled, ComparisonOptions options, CancellationToken cancellationToken)
{
    private const int SpreadImages = 1024;

    /// <summary>Fills in a row's figures.</summary>
    public ComparisonRow Judge(Encoder encoder, ComparisonRow row)
    {
        encoder.eval();
        var layer = FeatureLayer.Find(encoder, FeatureLayer.PooledName);
        using var some = FeatureExtractor.Extract(
            encoder, SomeImages(), [layer], workers: options.Workers, cancellationToken: cancellationToken);
        row = row with { Encoder = encoder, Spread = FeatureSpread.Of(some[layer.Name]) };
        if (labeled is null)
            return row;
        using var features = LabeledFeatures.Extract("labeled", encoder, labeled, layer, workers: options.Workers, cancellationToken: cancellationToken);
        using var center = some[layer.Name].mean([0]);
        var classes = labeled.ClassNames.Count;
        var (linear, neighbors) = (new List<double>(), new List<double>());
        for (var draw = 0; draw < options.Draws; draw++)
        {
            var half = StratifiedSplit.Create(features.Labels, 0.5, options.Seed + draw);
            using var learned = Take(features, half.Fit);
            using var asked = Take(features, half.Validation);
            var few = new LowShot(learned, asked, layer, labeled.ClassNames);
            linear.Add(few.TestCentered([.. Enumerable.Range(0, learned.Labels.Length)], center, cancellationToken));
            using var bank = new KnnClassifier(learned.Features, learned.Labels, classes, center);
            neighbors.Add(asked.AccuracyOf(bank.Predict(asked.Features)));
        }
        return row with
        {
            Linear = linear.Average(),
            LinearDeviation = LowShotResult.DeviationOf(linear),
            Neighbors = neighbors.Average(),
            Draws = [.. linear],
        };
    }

    /// <summary>From all over the source, which may be sorted by what the images show.</summary>
    private ImageSubset SomeImages()
    {
        var count = Math.Min(SpreadImages, images.Count);
        return new(images, Enumerable.Range(0, count).Select(i => (int)((long)i * images.Count / count)));
    }

    private static LabeledFeatures Take(LabeledFeatures features, long[] rows) => new(
        features.Features.index_select(0, tensor(rows, device: CPU)), [.. rows.Select(row => features.Labels[row])],
        [.. rows.Select(row => features.Indices[(int)row])]);
}
