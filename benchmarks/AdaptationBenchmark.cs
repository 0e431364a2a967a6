using System.Globalization;
using System.Text;
using SelfSup.Comparisons;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Transfer;

namespace SelfSup.Benchmarks;

/// <summary>What going on from good weights is worth to few labels: the weights as they are, beside <see cref="Candidate.Adapted"/>.</summary>
/// <remarks>No label is seen in the adaptation, and nothing is chosen by test images.</remarks>
internal static class AdaptationBenchmark
{
    private const int Draws = 20;
    private static readonly TimeSpan Time = TimeSpan.FromHours(2); // as long as all of its epochs take

    /// <summary>Adapts weights to images, and measures pooled features, centered by all of them, with 1 to 64 labels a class.</summary>
    /// <param name="encoder">The weights. Borrowed.</param>
    /// <param name="images">The images to adapt to.</param>
    /// <param name="sets">Some classes among them, to learn from and to test on.</param>
    /// <returns>A table for each set as Markdown.</returns>
    public static string Measure(Encoder encoder, IImageSource images, IReadOnlyList<(ILabeledImageSource Train, ILabeledImageSource Test)> sets)
    {
        using var comparison = EncoderComparison.Run([Candidate.Adapted("adapted", encoder.Copy)], images, options: new() { Time = Time });
        var adapted = comparison.Recommended;
        var text = new StringBuilder();
        foreach (var (train, test) in sets)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"### {train.ClassNames.Count} classes, {test.Count} test images, {encoder.Architecture} at {encoder.ImageSize} px, {adapted.Epochs} epochs of {images.Count:N0} images, {Draws} draws").AppendLine();
            using var zoom = new CenterZoom(encoder.Copy());
            using var adaptedZoom = new CenterZoom(adapted.Encoder!.Copy());
            (string Name, Encoder Encoder)[] rows = [("as they are", encoder), (adapted.Name, adapted.Encoder), ("as they are, zoom", zoom), ($"{adapted.Name}, zoom", adaptedZoom)];
            foreach (var (i, row) in rows.Index())
            {
                var accuracies = Judge(row.Encoder, images, train, test);
                if (i == 0)
                    text.AppendLine(CultureInfo.InvariantCulture, $"| labels a class | {string.Join(" | ", accuracies.Keys)} |").AppendLine($"|---|{string.Concat(accuracies.Select(_ => "---|"))}");
                text.AppendLine($"| {row.Name} | {string.Join(" | ", accuracies.Values.Select(results => string.Create(CultureInfo.InvariantCulture, $"{100 * results.Average():0.0} ±{100 * LowShotResult.DeviationOf(results)!.Value:0.0}")))} |");
            }
            text.AppendLine();
        }
        return text.ToString();
    }

    private static SortedDictionary<int, double[]> Judge(Encoder encoder, IImageSource images, ILabeledImageSource train, ILabeledImageSource test)
    {
        var layer = FeatureLayer.Find(encoder, FeatureLayer.PooledName);
        using var all = FeatureExtractor.Extract(encoder, images, [layer]);
        using var center = all[layer.Name].mean([0]);
        using var known = LabeledFeatures.Extract("training", encoder, train, layer);
        using var asked = LabeledFeatures.Extract("test", encoder, test, layer);
        var judge = new LowShot(known, asked, layer, train.ClassNames);
        var draws = new LabelDraws(Enumerable.Range(0, known.Labels.Length), known.Labels, Draws, seed: 0);
        return new(new[] { 1, 2, 4, 8, 16, 32, 64 }.Where(count => count <= draws.MostLabels).ToDictionary(
            count => count, count => Enumerable.Range(0, Draws).Select(draw => judge.TestCentered(draws.Take(draw, count), center)).ToArray()));
    }
}
