using SelfSup.Data;

namespace SelfSup.Transfer;

/// <summary>Probes several kinds of features with the same images, and keeps a row for every stage of each.</summary>
internal sealed class ProbeTrials(
    ILabeledImageSource train, ILabeledImageSource testSet, LinearProbeOptions options, IProgress<ProbeProgress>? progress,
    CancellationToken cancellationToken)
{
    private readonly ProbeSearch search = new(train, options, progress, cancellationToken);
    private readonly List<ProbeRow> rows = [];

    /// <summary>The rows so far.</summary>
    public IReadOnlyList<ProbeRow> Rows => rows;

    /// <summary>Chooses a layer on held-out training labels, tests it, and adds a row for each.</summary>
    /// <param name="name">What is probed.</param>
    /// <param name="probed">The encoder.</param>
    /// <param name="choices">The layers to choose from.</param>
    public (ProbeFit Fit, ConfusionMatrix Confusion, ReadImages Tested) Probe(string name, Encoder probed, IReadOnlyList<FeatureLayer> choices)
    {
        var (found, matrix, tested) = Measure(name, probed, choices);
        rows.AddRange(found.Candidates.Select(candidate => new ProbeRow(
            name, candidate.Layer.Name, candidate.Layer.Length, candidate.Strength, candidate.Accuracy,
            candidate == found.Best ? matrix.Accuracy : null)));
        return (found, matrix, tested);
    }

    /// <summary>Probes untrained encoders: the first one chooses the layer, at which the others are tested too.</summary>
    /// <param name="kind">The encoders.</param>
    /// <param name="choices">The layers to choose from.</param>
    public void Probe(UntrainedEncoders kind, IReadOnlyList<FeatureLayer> choices)
    {
        FeatureLayer chosen;
        var accuracies = new List<double>();
        using (var first = kind.Create(options.Seed))
        {
            var (found, matrix, _) = Probe(kind.Name, first, choices);
            chosen = found.Best.Layer;
            accuracies.Add(matrix.Accuracy);
        }
        for (var i = 1; i < UntrainedEncoders.Count; i++)
        {
            using var other = kind.Create(options.Seed + i);
            accuracies.Add(Measure($"{kind.Name} {i + 1} of {UntrainedEncoders.Count}", other, [chosen]).Confusion.Accuracy);
        }
        var tested = rows.FindIndex(row => row.Features == kind.Name && row.TestAccuracy is not null);
        rows[tested] = rows[tested] with
        {
            TestAccuracy = accuracies.Average(),
            TestDeviation = LowShotResult.DeviationOf(accuracies),
            Encoders = accuracies.Count,
        };
    }

    private (ProbeFit Fit, ConfusionMatrix Confusion, ReadImages Tested) Measure(string name, Encoder probed, IReadOnlyList<FeatureLayer> choices)
    {
        var found = search.Run(name, probed, choices);
        using var set = FeatureExtractor.Extract(
            probed, testSet, [found.Best.Layer], options.BatchSize, options.Workers,
            new StepProgress(progress, $"{name}: reading test images", testSet.Count), cancellationToken);
        set.Images.CheckClasses(testSet, "test");
        var truth = set.Indices.Select(testSet.LabelOf);
        var answers = found.Head.Predict(set[found.Best.Layer.Name]).Select(answer => (int)answer);
        return (found, new ConfusionMatrix(train.ClassNames, truth.Zip(answers)), set.Images);
    }
}
