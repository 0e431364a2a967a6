using SelfSup.Distributed;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Counts kinds of visual primitives by two layers on the encoder's pooled features.</summary>
public sealed class CountingModel : PretextModel
{
    private readonly double margin;
    private readonly nn.Module<Tensor, Tensor> counter;

    internal CountingModel(string name, Encoder encoder, CountingOptions options)
        : base(name, encoder)
    {
        const int hidden = 512;
        margin = options.Margin;
        var last = nn.Linear(hidden, options.Counts);
        StartWithinMargin(last, options);
        counter = nn.Sequential(nn.Linear(encoder.FeatureCount, hidden), new SyncBatchNorm(hidden), nn.ReLU(), last, nn.ReLU());
        RegisterComponents();
        Objectives = [new Objective("counting", ComputeLoss, encoder, this)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Counts in every input.</summary>
    /// <param name="batch">A generated batch of N images.</param>
    /// <returns>Counts of N halved images, float32 (N, counts), and the sums over the quarters of each, of the same shape; owned by the caller.</returns>
    public (Tensor Halved, Tensor Quarters) Count(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var images = batch.Targets.shape[0];
        // All inputs in one pass, so that batch statistics are those of halved images and quarters alike.
        var counts = counter.forward(Encoder.forward(Encoder.Normalize(batch.Inputs))).to(ScalarType.Float32); // (5N, counts)
        var halved = counts.narrow(0, 0, images);
        var quarters = counts.narrow(0, images, 4 * images).view(images, 4, -1).sum(1);
        return (halved.MoveToOuterDisposeScope(), quarters.MoveToOuterDisposeScope());
    }

    /// <summary>Squared distances of an image's quarters from itself, and from another image.</summary>
    /// <param name="halved">Counts of halved images (N, counts).</param>
    /// <param name="quarters">Sums of the counts of their quarters (N, counts).</param>
    /// <param name="others">For each image the number of another, int64 (N).</param>
    /// <returns>Two tensors (N), owned by the caller.</returns>
    public static (Tensor Own, Tensor Other) Distances(Tensor halved, Tensor quarters, Tensor others)
    {
        using var scope = NewDisposeScope();
        var own = halved.sub(quarters).square().sum(1);
        var other = halved.index_select(0, others).sub(quarters).square().sum(1);
        return (own.MoveToOuterDisposeScope(), other.MoveToOuterDisposeScope());
    }

    /// <summary>The mean of the own distances and of what the other ones lack of the margin.</summary>
    /// <param name="own">Squared distances from the image itself (N).</param>
    /// <param name="other">Squared distances from another image (N).</param>
    /// <param name="margin">Squared distance from which another image is far enough.</param>
    /// <returns>A scalar, owned by the caller.</returns>
    public static Tensor ComputeLoss(Tensor own, Tensor other, double margin)
    {
        using var scope = NewDisposeScope();
        return own.add(other.neg().add(margin).clamp_min(0)).mean().MoveToOuterDisposeScope();
    }

    private PretextLoss ComputeLoss(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var (halved, quarters) = Count(batch);
        var (own, other) = Distances(halved, quarters, batch.Targets);
        return new PretextLoss(
            ComputeLoss(own, other, margin).MoveToOuterDisposeScope(),
            ("own_distance", own.detach().mean().MoveToOuterDisposeScope()),
            ("accuracy", own.detach().lt(other).to(ScalarType.Float32).mean().MoveToOuterDisposeScope()));
    }

    /// <summary>
    /// Makes the first counts so small that other images' distances are well within the margin. Beyond it nothing would hold the counts
    /// up while the own distance draws them to nothing; within it, what both distances have in common cancels, and counts grow where
    /// halved image and quarters agree.
    /// </summary>
    private static void StartWithinMargin(TorchSharp.Modules.Linear last, CountingOptions options)
    {
        using var noGrad = no_grad();
        last.weight.mul_(0.5 * Math.Sqrt(options.Margin / options.Counts));
        last.bias!.zero_();
    }
}
