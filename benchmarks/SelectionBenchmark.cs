using System.Globalization;
using System.Text;
using SelfSup.Curation;
using SelfSup.Data;
using SelfSup.Transfer;

namespace SelfSup.Benchmarks;

/// <summary>The test accuracy of classifiers that learn from chosen images, beside images that were drawn.</summary>
/// <remarks>
/// Pooled features of length 1; a logistic regression on features that the labeled images standardize, with an L2 strength of 1 over their
/// number. Nothing is chosen by test images.
/// </remarks>
internal sealed class SelectionBenchmark
{
    private const int Draws = 50;
    private const int EvenDraws = 20;
    private const int Seeds = 5;
    private const int Pools = 20;
    private const double PoolShare = 0.9;
    private static readonly int[] labelsPerClass = [1, 2, 4, 8];

    private readonly LabeledFeatures train;
    private readonly LowShot judge;
    private readonly int[] counts;

    private SelectionBenchmark(LabeledFeatures train, LabeledFeatures test, FeatureLayer layer, IReadOnlyList<string> classNames)
    {
        this.train = train;
        judge = new(train, test, layer, classNames);
        counts = [.. labelsPerClass.Select(labels => labels * classNames.Count)];
    }

    /// <summary>Chooses by every method.</summary>
    /// <returns>The table as Markdown.</returns>
    public static string Measure(Encoder encoder, ILabeledImageSource train, ILabeledImageSource test)
    {
        var layer = FeatureLayer.Find(encoder, FeatureLayer.PooledName);
        using var known = Read("training", encoder, train, layer);
        using var asked = Read("test", encoder, test, layer);
        return $"### Labels of chosen images: {train.ClassNames.Count} classes, {train.Count:N0} images to choose from, {test.Count:N0} test images, "
            + $"{encoder.Architecture} at {encoder.ImageSize} px\n\n{new SelectionBenchmark(known, asked, layer, train.ClassNames).Tabulate()}\n";
    }

    private static LabeledFeatures Read(string what, Encoder encoder, ILabeledImageSource images, FeatureLayer layer)
    {
        using var read = LabeledFeatures.Extract(what, encoder, images, layer);
        return read with { Features = UnitRows.Of(read.Features) };
    }

    private string Tabulate()
    {
        var classes = counts[0] / labelsPerClass[0];
        var even = new LabelDraws(Enumerable.Range(0, train.Labels.Length), train.Labels, EvenDraws, seed: 0);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"| labels | {string.Join(" | ", counts)} |").AppendLine($"|---|{string.Concat(counts.Select(_ => "---|"))}");
        Add($"drawn at random, {Draws} draws", Draws, (count, draw) => DrawRandomly(count, draw));
        Add($"drawn evenly from all classes, {EvenDraws} draws", EvenDraws, (count, draw) => even.Take(draw, count / classes));
        foreach (var sigma in (double[])[0.5, 1])
        {
            var method = new MaxHerding { Sigma = sigma };
            var name = string.Create(CultureInfo.InvariantCulture, $"MaxHerding, sigma {sigma}");
            Add(name, 1, (count, _) => method.Choose(train.Features, count));
            Add($"{name}, of {PoolShare:0 %} of the images, {Pools} draws", Pools, (count, draw) => ChooseOfSome(method, count, draw));
        }
        Add($"TypiClust, {Seeds} seeds", Seeds, (count, seed) => new TypiClust { Seed = seed }.Choose(train.Features, count));
        Add($"KMeansCenters, {Seeds} seeds", Seeds, (count, seed) => new KMeansCenters { Seed = seed }.Choose(train.Features, count));
        Add($"half MaxHerding, then DropQuery, {Seeds} seeds", Seeds, ChooseInTwoRounds);
        return text.ToString();

        void Add(string name, int draws, Func<int, int, int[]> choose)
        {
            var cells = counts.Select(count => Cell([.. Enumerable.Range(0, draws).Select(draw => judge.Test(choose(count, draw)))]));
            text.AppendLine($"| {name} | {string.Join(" | ", cells)} |");
        }
    }

    private int[] DrawRandomly(int count, int seed)
    {
        int[] rows = [.. Enumerable.Range(0, train.Labels.Length)];
        new Random(seed).Shuffle(rows);
        return rows[..count];
    }

    /// <summary>What one choice is worth depends on a few images; the mean over choices of parts of them tells more.</summary>
    private int[] ChooseOfSome(SelectionMethod method, int count, int seed)
    {
        var pool = DrawRandomly((int)(PoolShare * train.Labels.Length), seed);
        using var features = UnitRows.Of(train.Features, pool);
        return [.. method.Choose(features, count).Select(place => pool[place])];
    }

    private int[] ChooseInTwoRounds(int count, int seed)
    {
        var first = new MaxHerding().Choose(train.Features, count / 2);
        var labels = first.ToDictionary(row => row, row => train.Labels[row]);
        return [.. first, .. new DropQuery { Seed = seed }.Choose(train.Features, count - first.Length, labels)];
    }

    private static string Cell(double[] accuracies) => string.Create(
        CultureInfo.InvariantCulture, $"{100 * accuracies.Average():F1}{(LowShotResult.DeviationOf(accuracies) is { } deviation ? $" ±{100 * deviation:F1}" : "")}");
}
