using SelfSup.Losses;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The context-free network: the encoder sees each tile alone, and only the head compares them.</summary>
public sealed class JigsawModel : PretextModel
{
    private readonly nn.Module<Tensor, Tensor> tower;
    private readonly nn.Module<Tensor, Tensor> head;

    internal JigsawModel(string name, Encoder encoder, int tiles, int permutations)
        : base(name, encoder)
    {
        tower = TileLayers.Embed(encoder.FeatureCount);
        head = TileLayers.Compare(tiles, permutations);
        RegisterComponents();
        Objectives = [new Objective("jigsaw", ComputeLoss, encoder, this)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Embeds the tiles of every image, slot after slot.</summary>
    /// <param name="batch">A generated batch of N images.</param>
    /// <returns>Embeddings (N, tiles x 256), owned by the caller.</returns>
    public Tensor EmbedTiles(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        // All tiles in one pass, so that batch statistics are those of all slots.
        var features = Encoder.forward(ChannelsLast.Of(batch.Inputs)); // (N x tiles, F)
        return tower.forward(features).view(batch.Targets.shape[0], -1).MoveToOuterDisposeScope(); // (N, tiles x 256)
    }

    /// <summary>Computes the score of every permutation.</summary>
    /// <param name="batch">A generated batch of N images.</param>
    /// <returns>Logits (N, permutations), owned by the caller.</returns>
    public Tensor ComputeLogits(PretextBatch batch)
    {
        using var embeddings = EmbedTiles(batch);
        return head.forward(embeddings);
    }

    private PretextLoss ComputeLoss(PretextBatch batch)
    {
        using var logits = ComputeLogits(batch);
        return ClassificationLoss.Of(logits, batch.Targets);
    }
}
