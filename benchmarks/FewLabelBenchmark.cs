using System.Diagnostics;
using System.Globalization;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Benchmarks;

/// <summary>What a probe with few labels of many features costs in the span of its rows, beside one weight for every feature.</summary>
/// <remarks>Both to the same gradient, 1e-6, in float64; a coarse fit stops at 1e-4, in float32, with a weight for every feature.</remarks>
internal static class FewLabelBenchmark
{
    private const int Size = 96;
    private const int Draws = 5;
    private const string Stage = "layer3";

    public static string Measure(ILabeledImageSource images)
    {
        using var encoder = new ResNet(18, Size);
        var layer = FeatureLayer.Find(encoder, Stage);
        var (test, train) = LabeledSubset.Split(images, images.Count / 5, seed: 0);
        using var features = LabeledFeatures.Extract("training", encoder, train, layer);
        using var queries = LabeledFeatures.Extract("test", encoder, test, layer);
        var draws = new LabelDraws(Enumerable.Range(0, features.Labels.Length), features.Labels, Draws, seed: 0);
        var text = new System.Text.StringBuilder();
        text.AppendLine($"### {Draws} probes of {layer.Length:N0} features of {images.ClassNames.Count} classes, {queries.Labels.Length} test images").AppendLine();
        text.AppendLine("| labels a class | labels | a weight a feature, s | in the span, s | times faster | same answers | same as a coarse fit | coarse fit, s |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var count in new[] { 1, 2, 4, 8, 16 }.Where(count => count <= draws.MostLabels))
        {
            var results = Enumerable.Range(0, Draws).Select(draw => Compare(features, draws.Take(draw, count), queries, images.ClassNames.Count)).ToList();
            double direct = results.Sum(result => result.Direct), inSpan = results.Sum(result => result.InSpan);
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {count} | {count * images.ClassNames.Count} | {direct:0.00} | {inSpan:0.00} | {direct / inSpan:0.0} | {results.Average(result => result.Same):0.00 %} | {results.Average(result => result.SameAsCoarse):0.00 %} | {results.Sum(result => result.Coarse):0.00} |");
        }
        return text.AppendLine().ToString();
    }

    private static (double Direct, double InSpan, double Same, double Coarse, double SameAsCoarse) Compare(
        LabeledFeatures train, int[] rows, LabeledFeatures test, int classes)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var features = train.Features.index_select(0, tensor(rows.Select(row => (long)row).ToArray(), device: CPU));
        using var scaling = Standardization.ApplyTo(features);
        var labels = tensor(rows.Select(row => (long)train.Labels[row]).ToArray(), device: CPU);
        var strength = 1.0 / rows.Length;
        var wide = features.to(ScalarType.Float64);
        var (directSeconds, direct) = Time(() => LogisticRegression.Minimize(wide, labels, classes, strength, maxIterations: 1000));
        var (coarseSeconds, coarse) = Time(() => LogisticRegression.Minimize(features, labels, classes, strength));
        var (spanSeconds, inSpan) = Time(() => LogisticRegression.Fit(features, labels, classes, strength));
        var (expected, roughly, found) = (AnswersOf(direct), AnswersOf(coarse), AnswersOf(inSpan));
        return (directSeconds, spanSeconds, Agreement(expected), coarseSeconds, Agreement(roughly));

        double Agreement(Tensor others) => found.eq(others).to(ScalarType.Float64).mean().item<double>();

        Tensor AnswersOf(LogisticRegression fit)
        {
            using var owned = fit;
            var (weights, bias) = scaling.Fold(fit);
            return test.Features.mm(tensor(weights, [classes, weights.Length / classes], device: CPU).t()).add_(tensor(bias, device: CPU)).argmax(1);
        }
    }

    private static (double Seconds, LogisticRegression Fit) Time(Func<LogisticRegression> fit)
    {
        var start = Stopwatch.GetTimestamp();
        var result = fit();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, result);
    }
}
