using SelfSup.Heads;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Compares two views by a projector on the encoder's pooled features.</summary>
public sealed class BarlowTwinsModel : PretextModel
{
    private readonly BarlowTwinsOptions options;
    private readonly ProjectionHead projector;

    internal BarlowTwinsModel(string name, Encoder encoder, BarlowTwinsOptions options)
        : base(name, encoder)
    {
        this.options = options;
        projector = new ProjectionHead(encoder.FeatureCount, new() { Hidden = options.Hidden, Output = options.Width, Layers = options.Layers });
        RegisterComponents();
        Objectives = [new Objective("correlation", ComputeLoss, encoder, projector) { Alarms = [EmbeddingSpread.Alarm] }];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Computes the features whose correlations count.</summary>
    /// <param name="view">Images, uint8 (N, 3, S, S).</param>
    /// <returns>Features (N, width), owned by the caller.</returns>
    public Tensor Project(Tensor view)
    {
        using var scope = NewDisposeScope();
        return projector.forward(Encoder.forward(Encoder.Normalize(view))).MoveToOuterDisposeScope();
    }

    private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        Tensor first = step.Gather(Project(batch.Views[0])), second = step.Gather(Project(batch.Views[1]));
        var loss = BarlowTwinsLoss.Of(first, second, options.OffDiagonalWeight).mul(options.Scale);
        return new PretextLoss(loss, (EmbeddingSpread.Metric, EmbeddingSpread.Of(first))).MoveToOuterDisposeScope();
    }
}
