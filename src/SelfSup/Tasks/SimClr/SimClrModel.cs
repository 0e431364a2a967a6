using SelfSup.Heads;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Projects both views of every image and compares the projections.</summary>
public sealed class SimClrModel : PretextModel
{
    private readonly double temperature;
    private readonly ProjectionHead projector;

    internal SimClrModel(string name, Encoder encoder, SimClrOptions options)
        : base(name, encoder)
    {
        temperature = options.Temperature;
        projector = new ProjectionHead(encoder.FeatureCount, new() { Hidden = encoder.FeatureCount, Output = options.Output });
        RegisterComponents();
        Objectives = [new Objective("contrast", ComputeLoss, encoder, projector) { Alarms = [EmbeddingSpread.Alarm] }];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Projects the views, both in one pass, so that they share the statistics of batch normalization.</summary>
    /// <param name="batch">A batch of two views of N images.</param>
    /// <returns>The projections of either view, (N, D), not of unit length; owned by the caller.</returns>
    public (Tensor First, Tensor Second) Project(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var (first, second) = TwoViews.Split(projector.forward(Encoder.forward(Encoder.Normalize(TwoViews.Join(batch)))));
        return (first.MoveToOuterDisposeScope(), second.MoveToOuterDisposeScope());
    }

    private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        var (own, others) = Project(batch);
        var (first, second) = (step.Gather(own), step.Gather(others));
        return EmbeddingSpread.AddTo(NtXent.Of(first, second, temperature), first).MoveToOuterDisposeScope();
    }
}
