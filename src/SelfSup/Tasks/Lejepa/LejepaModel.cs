using SelfSup.Heads;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Compares several views by a projector on the encoder's pooled features.</summary>
public sealed class LejepaModel : PretextModel
{
    private readonly double distributionShare;
    private readonly ProjectionHead projector;

    internal LejepaModel(string name, Encoder encoder, LejepaOptions options)
        : base(name, encoder)
    {
        distributionShare = options.DistributionShare;
        projector = new ProjectionHead(encoder.FeatureCount, new()
        {
            Hidden = options.Hidden,
            Output = options.Width,
            Layers = options.Layers,
            LastBias = true,
        });
        RegisterComponents();
        var loss = Objective.Typed<LejepaBatch>(ComputeLoss);
        Objectives = [new Objective("agreement", loss, encoder, projector) { Alarms = [EmbeddingSpread.Alarm] }];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Computes the features that are compared.</summary>
    /// <param name="view">Images, uint8 (N, 3, S, S).</param>
    /// <returns>Features (N, width), owned by the caller.</returns>
    public Tensor Project(Tensor view)
    {
        using var scope = NewDisposeScope();
        return projector.forward(Encoder.forward(Encoder.Normalize(view))).MoveToOuterDisposeScope();
    }

    private PretextLoss ComputeLoss(LejepaBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        Tensor[] features = [.. batch.Views.Select(view => step.Gather(Project(view)).to(ScalarType.Float32))];
        var all = stack(features); // (views, N, width)
        var distance = all.sub(all.mean([0L], keepdim: true)).square().mean();
        var distribution = stack(features.Select(rows => GaussianSketchLoss.Of(rows, batch.Directions))).mean();
        var loss = distance.mul(1 - distributionShare).add(distribution.mul(distributionShare));
        return new PretextLoss(
            loss, (EmbeddingSpread.Metric, EmbeddingSpread.Of(features[0])), ("distance", distance.detach()), ("distribution", distribution.detach()))
            .MoveToOuterDisposeScope();
    }
}
