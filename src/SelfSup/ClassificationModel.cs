using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup;

/// <summary>Cross-entropy of a linear layer on the encoder's globally averaged last stage.</summary>
public sealed class ClassificationModel : PretextModel, IClassifyingModel
{
    private readonly TorchSharp.Modules.Linear head;

    /// <summary>Creates the head.</summary>
    /// <param name="name">The task's name.</param>
    /// <param name="encoder">The encoder to train.</param>
    /// <param name="classes">Number of classes.</param>
    public ClassificationModel(string name, Encoder encoder, int classes)
        : base(name, encoder)
    {
        head = nn.Linear(encoder.FeatureCount, classes);
        RegisterComponents();
        Objectives = [new Objective("classification", ComputeLoss, encoder, this)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <inheritdoc/>
    public Tensor ComputeLogits(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var features = Encoder.forward(Encoder.Normalize(batch.Inputs)); // (M, C)
        return head.forward(features).MoveToOuterDisposeScope(); // (M, classes)
    }

    private PretextLoss ComputeLoss(PretextBatch batch)
    {
        using var logits = ComputeLogits(batch);
        return ClassificationLoss.Of(logits, batch.Targets);
    }
}
