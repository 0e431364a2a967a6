using SelfSup.Heads;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Compares two views by a projector on the encoder's pooled features.</summary>
public sealed class VicRegModel : PretextModel
{
    private readonly VicRegOptions options;
    private readonly ProjectionHead projector;

    internal VicRegModel(string name, Encoder encoder, VicRegOptions options)
        : base(name, encoder)
    {
        this.options = options;
        projector = new ProjectionHead(encoder.FeatureCount, new() { Hidden = options.Hidden, Output = options.Width, Layers = options.Layers });
        RegisterComponents();
        Objectives = [new Objective("agreement", ComputeLoss, encoder, projector) { Alarms = [EmbeddingSpread.Alarm] }];
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

    private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        Tensor first = step.Gather(Project(batch.Views[0])), second = step.Gather(Project(batch.Views[1]));
        var loss = VicRegLoss.Of(first, second, options.InvarianceWeight, options.VarianceWeight, options.CovarianceWeight);
        return new PretextLoss(loss, Measure(first, second)).MoveToOuterDisposeScope();
    }

    private static (string Name, Tensor Value)[] Measure(Tensor first, Tensor second)
    {
        using var noGrad = no_grad();
        return
        [
            (EmbeddingSpread.Metric, EmbeddingSpread.Of(first)),
            ("invariance", VicRegLoss.Invariance(first, second)),
            ("variance", VicRegLoss.Variance(first)),
            ("covariance", VicRegLoss.Covariance(first)),
        ];
    }
}
