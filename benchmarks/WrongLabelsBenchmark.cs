using System.Globalization;
using System.Text;
using SelfSup.Curation;
using SelfSup.Data;
using SelfSup.Transfer;

namespace SelfSup.Benchmarks;

/// <summary>How many planted wrong labels <see cref="LabelIssues"/> finds, and how early.</summary>
internal static class WrongLabelsBenchmark
{
    private const int Seeds = 5;
    private const double Planted = 0.05;
    private const double Looked = 0.07;

    /// <summary>Plants wrong labels by several seeds.</summary>
    /// <returns>The table as Markdown.</returns>
    public static string Measure(Encoder encoder, ILabeledImageSource images)
    {
        using var features = FeatureExtractor.Extract(encoder, images, [FeatureLayer.Find(encoder, FeatureLayer.PooledName)]);
        var text = new StringBuilder();
        text.AppendLine($"### Wrong labels: {Planted:0 %} of {images.Count:N0} images of {images.ClassNames.Count} classes, {encoder.Architecture} at {encoder.ImageSize} px").AppendLine();
        text.AppendLine($"| seed | in the first {Looked:0 %} of the list | among the suspects | suspects | right labels given back |").AppendLine("|---|---|---|---|---|");
        var shares = new List<double>();
        for (var seed = 0; seed < Seeds; seed++)
        {
            var (labels, wrong) = Plant(images, seed);
            var issues = LabelIssues.Find(features, FeatureLayer.PooledName, new LabeledImages(images, labels, images.ClassNames));
            int[] suspects = [.. issues.Suspects.Select(image => image.Image)];
            var early = issues.Ranking.Take((int)(Looked * images.Count)).Count(image => wrong.Contains(image.Image));
            shares.Add((double)early / wrong.Count);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {seed} | {early} of {wrong.Count}, {shares[^1]:0.0 %} | {(double)suspects.Count(wrong.Contains) / wrong.Count:0.0 %} | {suspects.Length} | {issues.Accuracy:0.0 %} |");
        }
        return text.AppendLine(CultureInfo.InvariantCulture, $"| mean | {shares.Average():0.0 %} | | | |").AppendLine().ToString();
    }

    private static (int[] Labels, HashSet<int> Wrong) Plant(ILabeledImageSource images, int seed)
    {
        var random = new Random(seed);
        int[] labels = [.. Enumerable.Range(0, images.Count).Select(images.LabelOf)];
        int[] order = [.. Enumerable.Range(0, images.Count)];
        random.Shuffle(order);
        var wrong = order[..(int)(Planted * images.Count)].ToHashSet();
        foreach (var image in wrong.Order())
            labels[image] = (labels[image] + random.Next(1, images.ClassNames.Count)) % images.ClassNames.Count;
        return (labels, wrong);
    }
}
