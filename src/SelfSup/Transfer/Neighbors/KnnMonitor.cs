using SelfSup.Data;

namespace SelfSup.Transfer;

/// <summary>Follows pretraining by nearest neighbors on a few labeled images, and by how much their features differ.</summary>
/// <remarks>
/// Metrics are <c>knn/accuracy</c> (0..1), <c>knn/deviation</c>, <c>knn/effective_rank</c> and <c>knn/rank_me</c>
/// (<see cref="FeatureSpread"/>), all of the last stage's global average. The last tells without labels how a run goes: follow whether it
/// rises. Nothing is trained and no label reaches the encoder. A thousand images are enough to see a trend.
/// </remarks>
public sealed class KnnMonitor : IEncoderMonitor
{
    private const string Collapsed =
        "the encoder gives nearly the same features for all images. Try a lower learning rate, another task, or several tasks at once.";

    private readonly ILabeledImageSource bank;
    private readonly ILabeledImageSource queries;
    private readonly int neighbors;
    private readonly double temperature;

    /// <summary>Classifies one half of the images by the other half, split evenly within every class.</summary>
    /// <param name="labeled">Labeled images.</param>
    /// <param name="seed">Decides the halves.</param>
    /// <exception cref="ArgumentException">The images are of fewer than two classes.</exception>
    public KnnMonitor(ILabeledImageSource labeled, int seed = 0)
        : this(Halve(labeled, seed))
    {
    }

    /// <summary>Classifies images by the labels of others.</summary>
    /// <param name="bank">The images whose labels vote.</param>
    /// <param name="queries">Images to classify, of the same classes by name.</param>
    /// <param name="neighbors">How many neighbors vote, at least 1.</param>
    /// <param name="temperature">Above 0; the smaller, the more the nearest ones count.</param>
    /// <exception cref="ArgumentException">The images are of fewer than two classes, or of different ones.</exception>
    public KnnMonitor(ILabeledImageSource bank, ILabeledImageSource queries, int neighbors = 20, double temperature = 0.07)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbors, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        LabelRules.Check(bank);
        (this.bank, this.queries, this.neighbors, this.temperature) = (bank, LabelRules.Align(queries, bank), neighbors, temperature);
    }

    private KnnMonitor((ILabeledImageSource Bank, ILabeledImageSource Queries) halves)
        : this(halves.Bank, halves.Queries)
    {
    }

    /// <inheritdoc/>
    public string Name => "knn";

    /// <summary>A warning where the features of all images are nearly the same, or lie on a line.</summary>
    public IReadOnlyList<MetricAlarm> Alarms { get; } =
    [
        new("deviation", 0.02, Collapsed),
        new("effective_rank", 1.5, Collapsed),
    ];

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">No image of a class can be read.</exception>
    public IReadOnlyDictionary<string, double> Measure(Encoder encoder, CancellationToken cancellationToken)
    {
        var layer = FeatureLayer.Find(encoder, FeatureLayer.PooledName);
        using var bankFeatures = LabeledFeatures.Extract("labeled", encoder, bank, layer, cancellationToken: cancellationToken);
        using var queryFeatures = LabeledFeatures.Extract("query", encoder, queries, layer, cancellationToken: cancellationToken);
        var classifier = new KnnClassifier(bankFeatures.Features, bankFeatures.Labels, bank.ClassNames.Count);
        var spread = FeatureSpread.Of(queryFeatures.Features);
        return new Dictionary<string, double>
        {
            ["accuracy"] = queryFeatures.AccuracyOf(classifier.Predict(queryFeatures.Features, neighbors, temperature, cancellationToken)),
            ["deviation"] = spread.Deviation,
            ["effective_rank"] = spread.EffectiveRank,
            ["rank_me"] = spread.RankMe,
        };
    }

    private static (ILabeledImageSource Bank, ILabeledImageSource Queries) Halve(ILabeledImageSource labeled, int seed)
    {
        LabelRules.Check(labeled);
        return LabeledSubset.HoldOut(labeled, 0.5, seed);
    }
}
