using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Labeled rows in memory.</summary>
internal sealed class MemoryRows : LabeledRows
{
    private readonly Tensor features; // (N, D)
    private readonly Tensor labels; // int64 (N), where to fit
    private readonly Device device;

    /// <summary>Takes all rows.</summary>
    /// <param name="features">Features (N, D) on the CPU. Owned from now on.</param>
    /// <param name="labels">N classes.</param>
    /// <param name="device">Where to fit.</param>
    public MemoryRows(Tensor features, int[] labels, Device device)
        : this(features, tensor(labels.Select(label => (long)label).ToArray(), device: device), device)
    {
    }

    private MemoryRows(Tensor features, Tensor labels, Device device)
    {
        this.features = features.DetachFromDisposeScope();
        this.labels = labels.DetachFromDisposeScope();
        this.device = device;
    }

    /// <inheritdoc/>
    public override FeatureScaling Scale(Tensor? center, CancellationToken cancellationToken) =>
        center is null ? Standardization.ApplyTo(features) : Centering.ApplyTo(features, center);

    /// <inheritdoc/>
    public override (LabeledRows Fit, LabeledRows Held) Split(StratifiedSplit split, bool inSpan)
    {
        using var scope = NewDisposeScope();
        var (fit, held) = (Select(split.Fit), Select(split.Validation));
        if (!inSpan || split.Fit.Length >= features.shape[1])
            return (fit, held);
        // Found once for all strengths.
        using (fit)
        using (held)
        using (var span = SampleSpan.Of(fit.features))
        {
            return (
                new MemoryRows(span.Coordinates.alias(), fit.labels.alias(), device),
                new MemoryRows(span.Project(held.features), held.labels.alias(), device));
        }
    }

    /// <inheritdoc/>
    public override LogisticRegression Fit(int classes, double strength, LogisticRegression? start, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        return LogisticRegression.Fit(features.to(device), labels, classes, strength, start, cancellationToken: cancellationToken);
    }

    /// <inheritdoc/>
    public override (double Accuracy, double Loss) Score(LogisticRegression fit, CancellationToken cancellationToken) => fit.Score(features, labels);

    /// <inheritdoc/>
    public override (Tensor Features, Tensor Labels) Load(CancellationToken cancellationToken) => (features.to(device).alias(), labels.alias());

    public override void Dispose()
    {
        features.Dispose();
        labels.Dispose();
    }

    private MemoryRows Select(long[] rows)
    {
        using var scope = NewDisposeScope();
        return new(
            features.index_select(0, tensor(rows, device: features.device)).to(device), labels.index_select(0, tensor(rows, device: device)), device);
    }
}
