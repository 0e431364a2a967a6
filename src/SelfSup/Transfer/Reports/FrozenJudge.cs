using SelfSup.Data;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Judges one kind of frozen features by nearest neighbors and by few labels, of one encoder or of several.</summary>
/// <remarks>Pretrained features also with unlabeled images: those of the options, else the training images without their labels.</remarks>
internal sealed class FrozenJudge(
    string name, FeatureLayer layer, int encoders, TransferImages images, ILabeledImageSource testSet, TransferOptions options,
    IProgress<ProbeProgress>? progress, CancellationToken cancellationToken)
{
    private readonly Neighbors plain = new(), centered = new();
    private readonly SortedDictionary<int, List<double>> fewLabels = [], fewCentered = [], fewGuessed = [];
    private FeatureSpread? spread;

    private sealed record Neighbors
    {
        public List<double> Of20 { get; } = [];

        public List<double> Of200 { get; } = [];
    }

    /// <summary>The draws of few labels, the same for all encoders, once one was judged.</summary>
    public LabelDraws? Draws { get; private set; }

    /// <summary>The training images that could be read, once an encoder was judged.</summary>
    public ReadImages? Trained { get; private set; }

    /// <summary>The test images that could be read.</summary>
    public ReadImages? Tested { get; private set; }

    /// <summary>The unlabeled images that could be read, if they were looked at.</summary>
    public int Unlabeled { get; private set; }

    /// <summary>The numbers of labels that every class has.</summary>
    public IReadOnlyList<int> Counts => [.. fewLabels.Keys];

    /// <summary>What nearest neighbors said, of the pretrained features centered too.</summary>
    public IReadOnlyList<TransferRow> Rows =>
        IsPretrained ? [RowOf(name, plain), RowOf(ProbeRow.Centered, centered)] : [RowOf(name, plain)];

    /// <summary>What few labels gave, of the pretrained features with unlabeled images too.</summary>
    public IReadOnlyList<LabelEfficiencyLine> Lines => IsPretrained
        ? [LineOf(name, fewLabels), LineOf(ProbeRow.Centered, fewCentered), LineOf(LabelEfficiencyLine.PseudoLabeled, fewGuessed)]
        : [LineOf(name, fewLabels)];

    private bool IsPretrained => name == ProbeRow.Pretrained;

    /// <summary>Judges an encoder; of several, each gets its part of the draws.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="index">Which one it is, from 0.</param>
    public void Judge(Encoder encoder, int index)
    {
        using var features = Extract("training", encoder, images.Source);
        using var queries = Extract("test", encoder, testSet);
        progress?.Report(new($"{name}: judging", index + 1, encoders));
        JudgeNeighbors(features, queries, center: null, plain);
        spread ??= FeatureSpread.Of(queries.Features);

        (Trained, Tested) = (features.Images, queries.Images);
        var pool = Enumerable.Range(0, features.Labels.Length).Where(row => images.IsInPool[features.Images.Indices[row]]);
        Draws = new(pool, features.Labels, options.Draws, options.Seed);
        var few = new LowShot(features, queries, layer, testSet.ClassNames);
        JudgeDraws(fewLabels, index, rows => few.Test(rows, cancellationToken));
        if (IsPretrained)
            JudgeWithUnlabeled(encoder, features, queries, few);
    }

    private void JudgeWithUnlabeled(Encoder encoder, LabeledFeatures features, LabeledFeatures queries, LowShot few)
    {
        using var others = options.Unlabeled is { } source
            ? FeatureExtractor.Extract(
                encoder, source, [layer], options.BatchSize, options.Workers,
                new StepProgress(progress, $"{name}: reading unlabeled images", source.Count), cancellationToken)
            : null;
        var unlabeled = others?[layer.Name] ?? features.Features;
        Unlabeled = (int)unlabeled.shape[0];
        using var center = unlabeled.mean([0]);
        JudgeNeighbors(features, queries, center, centered);
        JudgeDraws(fewCentered, 0, rows => few.TestCentered(rows, center, cancellationToken));
        var shuffled = Enumerable.Range(0, Unlabeled).ToArray();
        new Random(options.Seed).Shuffle(shuffled);
        JudgeDraws(fewGuessed, 0, rows =>
        {
            // Training images stand in for unlabeled ones as long as their labels are not drawn.
            var guessed = (others is null ? shuffled.Except(rows) : shuffled).Take(PseudoLabels.MostImages).Order().Select(row => (long)row).ToArray();
            using var places = tensor(guessed, device: CPU);
            using var some = unlabeled.index_select(0, places);
            return few.TestPseudoLabeled(rows, center, some, cancellationToken);
        });
    }

    private void JudgeDraws(SortedDictionary<int, List<double>> results, int index, Func<int[], double> test)
    {
        foreach (var count in options.LabelsPerClass.Distinct().Where(count => count <= Draws!.MostLabels))
        {
            if (!results.TryGetValue(count, out var accuracies))
                results[count] = accuracies = [];
            for (var draw = index; draw < options.Draws; draw += encoders)
                accuracies.Add(test(Draws!.Take(draw, count)));
        }
    }

    private void JudgeNeighbors(LabeledFeatures features, LabeledFeatures queries, Tensor? center, Neighbors results)
    {
        using var scope = NewDisposeScope();
        long[] rows = [.. Enumerable.Range(0, features.Labels.Length).Where(row => images.IsInBank[features.Images.Indices[row]]).Select(row => (long)row)];
        var bank = rows.Length == features.Labels.Length ? features.Features : features.Features.index_select(0, tensor(rows, device: CPU));
        var neighbors = new KnnClassifier(bank, [.. rows.Select(row => features.Labels[row])], testSet.ClassNames.Count, center);
        results.Of20.Add(queries.AccuracyOf(neighbors.Predict(queries.Features, 20, 0.07, cancellationToken)));
        results.Of200.Add(queries.AccuracyOf(neighbors.Predict(queries.Features, 200, 0.1, cancellationToken)));
    }

    private TransferRow RowOf(string features, Neighbors results) =>
        new(features, layer.Name, layer.Length, results.Of20.Average(), results.Of200.Average(), spread!)
        {
            Encoders = results.Of20.Count,
            Knn20Deviation = LowShotResult.DeviationOf(results.Of20),
            Knn200Deviation = LowShotResult.DeviationOf(results.Of200),
        };

    private static LabelEfficiencyLine LineOf(string features, SortedDictionary<int, List<double>> results) =>
        new(features, [.. results.Select(pair => LowShotResult.Of(pair.Key, pair.Value))]);

    private LabeledFeatures Extract(string what, Encoder encoder, ILabeledImageSource source) => LabeledFeatures.Extract(
        what, encoder, source, layer, options.BatchSize, options.Workers,
        new StepProgress(progress, $"{name}: reading {what} images", source.Count), cancellationToken);
}
