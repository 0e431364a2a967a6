using SelfSup.Data;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Judges one kind of frozen features by nearest neighbors and by few labels, of one encoder or of several.</summary>
internal sealed class FrozenJudge(
    string name, FeatureLayer layer, int encoders, TransferImages images, ILabeledImageSource testSet, TransferOptions options,
    IProgress<ProbeProgress>? progress, CancellationToken cancellationToken)
{
    private readonly List<double> knn20 = [];
    private readonly List<double> knn200 = [];
    private readonly SortedDictionary<int, List<double>> fewLabels = [];
    private FeatureSpread? spread;

    /// <summary>The draws of few labels, the same for all encoders, once one was judged.</summary>
    public LabelDraws? Draws { get; private set; }

    /// <summary>The images that could be read, as places in the source.</summary>
    public IReadOnlyList<int> Readable { get; private set; } = [];

    /// <summary>The test images that could be read.</summary>
    public IReadOnlyList<int> ReadableTest { get; private set; } = [];

    /// <summary>The numbers of labels that every class has.</summary>
    public IReadOnlyList<int> Counts => [.. fewLabels.Keys];

    /// <summary>What nearest neighbors said.</summary>
    public TransferRow Row => new(name, layer.Name, layer.Length, knn20.Average(), knn200.Average(), spread!)
    {
        Encoders = knn20.Count,
        Knn20Deviation = LowShotResult.DeviationOf(knn20),
        Knn200Deviation = LowShotResult.DeviationOf(knn200),
    };

    /// <summary>What few labels gave.</summary>
    public LabelEfficiencyLine Line => new(name, [.. fewLabels.Select(pair => LowShotResult.Of(pair.Key, pair.Value))]);

    /// <summary>Judges an encoder; of several, each gets its part of the draws.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="index">Which one it is, from 0.</param>
    public void Judge(Encoder encoder, int index)
    {
        using var features = Extract("training", encoder, images.Source);
        using var queries = Extract("test", encoder, testSet);
        var classes = testSet.ClassNames.Count;
        progress?.Report(new($"{name}: judging", index + 1, encoders));
        JudgeNeighbors(features, queries, classes);
        spread ??= FeatureSpread.Of(queries.Features);

        (Readable, ReadableTest) = (features.Indices, queries.Indices);
        Draws = new(Enumerable.Range(0, Readable.Count).Where(row => images.IsInPool[Readable[row]]), features.Labels, options.Draws, options.Seed);
        foreach (var count in options.LabelsPerClass.Distinct().Where(count => count <= Draws.MostLabels))
        {
            if (!fewLabels.TryGetValue(count, out var accuracies))
                fewLabels[count] = accuracies = [];
            for (var draw = index; draw < options.Draws; draw += encoders)
                accuracies.Add(LowShot.Test(features, Draws.Take(draw, count), queries, classes, cancellationToken));
        }
    }

    private void JudgeNeighbors(LabeledFeatures features, LabeledFeatures queries, int classes)
    {
        using var scope = NewDisposeScope();
        long[] rows = [.. Enumerable.Range(0, features.Labels.Length).Where(row => images.IsInBank[features.Indices[row]]).Select(row => (long)row)];
        var bank = rows.Length == features.Labels.Length ? features.Features : features.Features.index_select(0, tensor(rows, device: CPU));
        using var neighbors = new KnnClassifier(bank, [.. rows.Select(row => features.Labels[row])], classes);
        knn20.Add(queries.AccuracyOf(neighbors.Predict(queries.Features, 20, 0.07)));
        knn200.Add(queries.AccuracyOf(neighbors.Predict(queries.Features, 200, 0.1)));
    }

    private LabeledFeatures Extract(string what, Encoder encoder, ILabeledImageSource source) => LabeledFeatures.Extract(
        what, encoder, source, layer, options.BatchSize, options.Workers,
        new StepProgress(progress, $"{name}: reading {what} images", source.Count), cancellationToken);
}
