using SelfSup.Data;

namespace SelfSup.Transfer;

/// <summary>Follows pretraining by nearest neighbours on a few labelled images, and by how much their features differ.</summary>
/// <remarks>
/// Metrics are <c>knn/accuracy</c> (0..1), <c>knn/deviation</c> and <c>knn/effective_rank</c> (<see cref="FeatureSpread"/>), all of the
/// last stage's global average. Nothing is trained and no label reaches the encoder. A thousand images are enough to see a trend.
/// </remarks>
public sealed class KnnMonitor : IEncoderMonitor
{
    private const string Collapsed =
        "the encoder gives nearly the same features for all images. Try a lower learning rate, another task, or several tasks at once.";

    private readonly ILabeledImageSource known;
    private readonly ILabeledImageSource asked;
    private readonly int neighbours;
    private readonly double temperature;

    /// <summary>Asks for one half of the images by the other half, split evenly within every class.</summary>
    /// <param name="labelled">Labelled images.</param>
    /// <param name="seed">Decides the halves.</param>
    /// <exception cref="ArgumentException">The images are of fewer than two classes.</exception>
    public KnnMonitor(ILabeledImageSource labelled, int seed = 0)
        : this(Halve(labelled, seed))
    {
    }

    /// <summary>Asks for images by the labels of others.</summary>
    /// <param name="known">Images whose labels are known.</param>
    /// <param name="asked">Images to classify, of the same classes by name.</param>
    /// <param name="neighbours">How many neighbours vote, at least 1.</param>
    /// <param name="temperature">Above 0; the smaller, the more the nearest ones count.</param>
    /// <exception cref="ArgumentException">The images are of fewer than two classes, or of different ones.</exception>
    public KnnMonitor(ILabeledImageSource known, ILabeledImageSource asked, int neighbours = 20, double temperature = 0.07)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        LabelRules.Check(known);
        (this.known, this.asked, this.neighbours, this.temperature) = (known, LabelRules.Align(asked, known), neighbours, temperature);
    }

    private KnnMonitor((ILabeledImageSource Known, ILabeledImageSource Asked) halves)
        : this(halves.Known, halves.Asked)
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
    public IReadOnlyDictionary<string, double> Measure(Encoder encoder, CancellationToken cancellationToken)
    {
        var layer = FeatureLayer.Find(encoder, FeatureLayer.PooledName);
        using var bank = LabeledFeatures.Extract(encoder, known, layer, cancellationToken: cancellationToken);
        using var queries = LabeledFeatures.Extract(encoder, asked, layer, cancellationToken: cancellationToken);
        using var classifier = new KnnClassifier(bank.Features, bank.Labels, known.ClassNames.Count);
        var spread = FeatureSpread.Of(queries.Features);
        return new Dictionary<string, double>
        {
            ["accuracy"] = queries.AccuracyOf(classifier.Predict(queries.Features, neighbours, temperature)),
            ["deviation"] = spread.Deviation,
            ["effective_rank"] = spread.EffectiveRank,
        };
    }

    private static (ILabeledImageSource Known, ILabeledImageSource Asked) Halve(ILabeledImageSource labelled, int seed)
    {
        LabelRules.Check(labelled);
        return LabeledSubset.Split(labelled, labelled.Count / 2, seed);
    }
}
