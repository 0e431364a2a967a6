using System.Globalization;
using System.Text;
using SelfSup.Data;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Benchmarks;

/// <summary>What images without labels add to a few with labels: their mean to center by, and guesses of their labels.</summary>
/// <remarks>The training images that are not drawn are the unlabeled ones. Nothing is chosen by test images.</remarks>
internal static class UnlabeledBenchmark
{
    private const int Seeds = 10;
    private const int Draws = 20;
    private static readonly string[] ways = ["standardized", "centered", "pseudo-labels"];

    /// <summary>Measures pooled features with 1 to 32 labels a class.</summary>
    /// <returns>The table as Markdown.</returns>
    public static string Measure(Encoder encoder, ILabeledImageSource train, ILabeledImageSource test)
    {
        var layer = FeatureLayer.Find(encoder, FeatureLayer.PooledName);
        using var known = LabeledFeatures.Extract("training", encoder, train, layer);
        using var asked = LabeledFeatures.Extract("test", encoder, test, layer);
        using var center = known.Features.mean([0]);
        var judge = new LowShot(known, asked, layer, train.ClassNames);
        var accuracies = new SortedDictionary<int, List<double>[]>();
        for (var seed = 0; seed < Seeds; seed++)
        {
            var draws = new LabelDraws(Enumerable.Range(0, known.Labels.Length), known.Labels, Draws, seed);
            foreach (var count in new[] { 1, 2, 4, 8, 16, 32 }.Where(count => count <= draws.MostLabels))
            {
                accuracies.TryAdd(count, [.. ways.Select(_ => new List<double>())]);
                for (var draw = 0; draw < Draws; draw++)
                {
                    var rows = draws.Take(draw, count);
                    using var others = TakeOthers(known, rows, seed);
                    accuracies[count][0].Add(judge.Test(rows));
                    accuracies[count][1].Add(judge.TestCentered(rows, center));
                    accuracies[count][2].Add(judge.TestPseudoLabeled(rows, center, others));
                }
            }
        }
        return $"### {train.ClassNames.Count} classes, {train.Count:N0} training and {test.Count:N0} test images, {encoder.Architecture} at {encoder.ImageSize} px, "
            + $"{Seeds} times {Draws} draws\n\n{Tabulate(accuracies)}\n";
    }

    private static Tensor TakeOthers(LabeledFeatures known, int[] drawn, int seed)
    {
        var shuffled = Enumerable.Range(0, known.Labels.Length).ToArray();
        new Random(seed).Shuffle(shuffled);
        using var places = tensor(shuffled.Except(drawn).Take(PseudoLabels.MostImages).Order().Select(row => (long)row).ToArray(), device: CPU);
        return known.Features.index_select(0, places);
    }

    private static string Tabulate(SortedDictionary<int, List<double>[]> accuracies)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"| labels a class | {string.Join(" | ", accuracies.Keys)} |").AppendLine($"|---|{string.Concat(accuracies.Select(_ => "---|"))}");
        for (var way = 0; way < ways.Length; way++)
        {
            text.AppendLine(
                $"| {ways[way]} | {string.Join(" | ", accuracies.Values.Select(results => string.Create(CultureInfo.InvariantCulture, $"{100 * results[way].Average():0.0} ±{100 * LowShotResult.DeviationOf(results[way])!.Value:0.0}")))} |");
        }
        return text.ToString();
    }
}
