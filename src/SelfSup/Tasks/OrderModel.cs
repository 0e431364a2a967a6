using SelfSup.Distributed;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Tells in which order parts of a clip are: the encoder sees each alone, and the head compares them two by two.</summary>
/// <remarks>
/// The pairs are those of Lee et al., "Unsupervised Representation Learning by Sorting Sequences", 2017,
/// https://arxiv.org/abs/1708.01246. A part is embedded from the encoder's last map on a grid, for the place of what moves matters, and
/// from how it differs from the mean of all parts: what they have in common says nothing of their order, and is by far the most.
/// </remarks>
public sealed class OrderModel : PretextModel, IClassifyingModel
{
    private const int Grid = 4;
    private const int Embedding = 128;
    private readonly int parts;
    private readonly nn.Module<Tensor, Tensor> tower;
    private readonly nn.Module<Tensor, Tensor> comparison;
    private readonly nn.Module<Tensor, Tensor> head;

    internal OrderModel(string name, Encoder encoder, int parts, int classes)
        : base(name, encoder)
    {
        const int hidden = 128;
        const double dropout = 0.5;
        this.parts = parts;
        var cells = Math.Min(Grid, encoder.MeasureStages()[^1]);
        tower = nn.Sequential(
            nn.Linear((long)encoder.FeatureCount * cells * cells, Embedding, hasBias: false), new SyncBatchNorm(Embedding), nn.ReLU());
        comparison = nn.Sequential(nn.Linear(2 * Embedding, hidden), nn.ReLU());
        head = nn.Sequential(nn.Dropout(dropout), nn.Linear(parts * (parts - 1) / 2 * hidden, classes));
        RegisterComponents();
        Objectives = [new Objective("order", ComputeLoss, encoder, this)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <inheritdoc/>
    public Tensor ComputeLogits(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        // All parts in one pass, so that batch statistics are those of all slots.
        var map = Encoder.ForwardStages(Encoder.Normalize(batch.Inputs))[^1].to(ScalarType.Float32); // (N x parts, F, [t,] h, w)
        var image = map.dim() == 5 ? map.mean([2]) : map;
        var cells = Math.Min(Grid, image.shape[^1]);
        var features = nn.functional.adaptive_avg_pool2d(image, [cells, cells]).reshape(batch.Targets.shape[0], parts, -1);
        var differences = features.sub(features.mean([1], keepdim: true)).flatten(0, 1);
        var embedded = tower.forward(differences).view(-1, parts, Embedding);
        var slots = Enumerable.Range(0, parts).Select(part => embedded.select(1, part)).ToArray();
        var pairs = from first in Enumerable.Range(0, parts)
                    from second in Enumerable.Range(first + 1, parts - first - 1)
                    select comparison.forward(cat([slots[first], slots[second]], dim: 1));
        return head.forward(cat([.. pairs], dim: 1)).MoveToOuterDisposeScope(); // (N, classes)
    }

    private PretextLoss ComputeLoss(PretextBatch batch)
    {
        using var logits = ComputeLogits(batch);
        return ClassificationLoss.Of(logits, batch.Targets);
    }
}
