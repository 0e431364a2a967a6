using SelfSup.Losses;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The encoder sees each patch alone; the head compares a patch's embedding with its partner's.</summary>
public sealed class RelativePatchModel : PretextModel, IClassifyingModel
{
    private readonly nn.Module<Tensor, Tensor> tower;
    private readonly nn.Module<Tensor, Tensor> head;

    internal RelativePatchModel(string name, Encoder encoder, int places)
        : base(name, encoder)
    {
        tower = TileLayers.Embed(encoder.FeatureCount);
        head = TileLayers.Compare(tiles: 2, places);
        RegisterComponents();
        Objectives = [new Objective("relative-patch", ComputeLoss, encoder, this)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Computes the score of every place in which a patch's partner could lie.</summary>
    /// <param name="batch">A generated batch of M pairs.</param>
    /// <returns>Logits (2M, 8), a row a patch, owned by the caller.</returns>
    public Tensor ComputeLogits(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        // All patches in one pass, so that batch statistics are those of both places, and each pair is asked both ways for one.
        var embeddings = tower.forward(Encoder.forward(ChannelsLast.Of(batch.Inputs))); // (2M, 256)
        var partners = embeddings.roll(batch.Inputs.shape[0] / 2, 0);
        return head.forward(cat([embeddings, partners], 1)).MoveToOuterDisposeScope(); // (2M, 8)
    }

    private PretextLoss ComputeLoss(PretextBatch batch)
    {
        using var logits = ComputeLogits(batch);
        return ClassificationLoss.Of(logits, batch.Targets);
    }
}
