using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>
/// Labeled rows in a file, which is read from end to end for every loss: the sums over its blocks are those over all rows, so that L-BFGS
/// ends at the minimum that it finds in memory.
/// </summary>
internal sealed class StoredRows : LabeledRows
{
    private readonly StoredFeatures features;
    private readonly bool ownsFeatures;
    private readonly long[] rows; // ascending
    private readonly Tensor labels; // int64, one of each of the rows, where to fit
    private readonly Device device;

    /// <summary>Takes all rows.</summary>
    /// <param name="features">Features of N rows. Owned from now on.</param>
    /// <param name="labels">N classes.</param>
    /// <param name="device">Where to fit.</param>
    public StoredRows(StoredFeatures features, int[] labels, Device device)
        : this(features, [.. Enumerable.Range(0, labels.Length)], tensor(labels.Select(label => (long)label).ToArray(), device: device), device) =>
        ownsFeatures = true;

    private StoredRows(StoredFeatures features, long[] rows, Tensor labels, Device device)
    {
        (this.features, this.rows, this.device) = (features, rows, device);
        this.labels = labels.DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override FeatureScaling Scale(Tensor? center, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        FeatureScaling scaling = center is null ? Measure(cancellationToken) : Centering.By(center);
        for (var first = 0L; first < features.Count; first += features.RowsAtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var block = features.Read(first);
            scaling.Apply(block);
            features.Write(first, block);
        }
        return scaling;
    }

    /// <inheritdoc/>
    public override (LabeledRows Fit, LabeledRows Held) Split(StratifiedSplit split, bool inSpan)
    {
        return (Select(split.Fit), Select(split.Validation));

        StoredRows Select(long[] chosen)
        {
            using var scope = NewDisposeScope();
            return new(features, chosen, labels.index_select(0, tensor(chosen, device: device)), device);
        }
    }

    /// <inheritdoc/>
    public override LogisticRegression Fit(int classes, double strength, LogisticRegression? start, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var squares = zeros(features.Length, device: device);
        Visit((block, _) => squares.add_(block.square().sum([0L]), alpha: 1.0 / rows.Length), cancellationToken);
        return LogisticRegression.Minimize(
            point => ComputeLoss(point, strength, cancellationToken), squares, classes, strength, start, cancellationToken);
    }

    /// <inheritdoc/>
    public override (double Accuracy, double Loss) Score(LogisticRegression fit, CancellationToken cancellationToken)
    {
        var (accuracy, loss) = (0.0, 0.0);
        Visit(
            (block, answers) =>
            {
                var (right, entropy) = fit.Score(block, answers);
                accuracy += right * block.shape[0] / rows.Length;
                loss += entropy * block.shape[0] / rows.Length;
            },
            cancellationToken);
        return (accuracy, loss);
    }

    /// <inheritdoc/>
    public override (Tensor Features, Tensor Labels) Load(CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var all = empty(rows.Length, features.Length, device: device);
        var filled = 0L;
        Visit(
            (block, _) =>
            {
                all.narrow(0, filled, block.shape[0]).copy_(block);
                filled += block.shape[0];
            },
            cancellationToken);
        return (all.MoveToOuterDisposeScope(), labels.alias().MoveToOuterDisposeScope());
    }

    public override void Dispose()
    {
        labels.Dispose();
        if (ownsFeatures)
            features.Dispose();
    }

    private (double Loss, Tensor Gradient) ComputeLoss(Tensor point, double strength, CancellationToken cancellationToken)
    {
        var gradient = zeros_like(point);
        var loss = 0.0;
        Visit(
            (block, answers) =>
            {
                var share = (double)block.shape[0] / rows.Length;
                var (entropy, slope) = LogisticRegression.ComputeLoss(point, block, answers, strength: 0);
                loss += share * entropy;
                gradient.add_(slope, alpha: share);
            },
            cancellationToken);
        using var scope = NewDisposeScope();
        var weights = point.narrow(1, 0, features.Length);
        gradient.narrow(1, 0, features.Length).add_(weights, alpha: strength);
        return (loss + (strength / 2 * weights.square().sum(ScalarType.Float64).item<double>()), gradient);
    }

    private Standardization Measure(CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var (sum, squares) = (zeros(features.Length, ScalarType.Float64, CPU), zeros(features.Length, ScalarType.Float64, CPU));
        Visit((block, _) => sum.add_(block.cpu().sum([0L], type: ScalarType.Float64)), cancellationToken);
        var mean = sum.div(rows.Length).to(ScalarType.Float32);
        Visit((block, _) => squares.add_(block.cpu().sub(mean).square().sum([0L], type: ScalarType.Float64)), cancellationToken);
        return Standardization.By(mean, squares.div(rows.Length).sqrt().to(ScalarType.Float32));
    }

    /// <summary>Shows the rows, block by block, on the device.</summary>
    private void Visit(Action<Tensor, Tensor> visit, CancellationToken cancellationToken)
    {
        var done = 0;
        while (done < rows.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var first = rows[done];
            var block = features.Read(first);
            var end = Array.BinarySearch(rows, first + block.shape[0]);
            end = end < 0 ? ~end : end;
            var count = end - done;
            if (count < block.shape[0])
                block = block.index_select(0, tensor(rows.AsSpan(done, count).ToArray(), device: CPU).sub_(first));
            visit(block.to(device), labels.narrow(0, done, count));
            done = end;
        }
    }
}
