using SelfSup.Heads;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Foretells the projection of one view from that of the other.</summary>
public sealed class SimSiamModel : PretextModel
{
    private readonly ProjectionHead projector;
    private readonly ProjectionHead predictor;

    internal SimSiamModel(string name, Encoder encoder, SimSiamOptions options)
        : base(name, encoder)
    {
        projector = new ProjectionHead(encoder.FeatureCount, new()
        {
            Hidden = options.Hidden,
            Output = options.Width,
            Layers = options.Layers,
            OutputNorm = OutputNorm.Plain,
        });
        predictor = new ProjectionHead(options.Width, new() { Hidden = options.Bottleneck, Output = options.Width, LastBias = true });
        RegisterComponents();
        Objectives = [new Objective("cosine", ComputeLoss, encoder, projector, predictor) { Alarms = [EmbeddingSpread.Alarm] }];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Computes the features that are foretold.</summary>
    /// <param name="view">Images, uint8 (N, 3, S, S).</param>
    /// <returns>Features (N, width), owned by the caller.</returns>
    public Tensor Project(Tensor view)
    {
        using var scope = NewDisposeScope();
        return projector.forward(Encoder.forward(Encoder.Normalize(view))).MoveToOuterDisposeScope();
    }

    /// <summary>Foretells the features of another view.</summary>
    /// <param name="projection">Features of one view, (N, width).</param>
    /// <returns>Features (N, width), owned by the caller.</returns>
    public Tensor Predict(Tensor projection) => predictor.forward(projection);

    private PretextLoss ComputeLoss(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        Tensor first = Project(batch.Views[0]), second = Project(batch.Views[1]);
        var loss = NegativeCosine.Of(Predict(first), second).add(NegativeCosine.Of(Predict(second), first)).div(2);
        return new PretextLoss(loss, (EmbeddingSpread.Metric, EmbeddingSpread.Of(first))).MoveToOuterDisposeScope();
    }
}
