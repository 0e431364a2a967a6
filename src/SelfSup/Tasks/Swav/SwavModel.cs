using SelfSup.Heads;
using SelfSup.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Projects crops onto a sphere, on which prototypes are learned, and predicts the codes of one crop from another.</summary>
public sealed class SwavModel : PretextModel
{
    internal const int LargeCrops = 2;
    private const double MostFrozen = 0.1; // of a run
    private const string Embeddings = "embeddings";
    private readonly SwavOptions options;
    private readonly ProjectionHead projector;
    private readonly UnitLinear prototypes;
    private readonly ModuleList<FeatureQueue> queues;

    internal SwavModel(string name, Encoder encoder, SwavOptions options)
        : base(name, encoder)
    {
        this.options = options;
        projector = new ProjectionHead(encoder.FeatureCount, new() { LastBias = true });
        prototypes = new UnitLinear(projector.Outputs, options.Prototypes);
        // One for every crop that gives codes, of random rows, which wait to be replaced.
        queues = new ModuleList<FeatureQueue>(options.QueueLength == 0
            ? []
            : [.. Enumerable.Range(0, LargeCrops).Select(i => FeatureQueue.Random(options.QueueLength, projector.Outputs, (ulong)i))]);
        RegisterComponents();
        Objectives = [new Objective("assignment", ComputeLoss, encoder, projector, prototypes) { Alarms = [EmbeddingSpread.Alarm, UsedAnswers.Alarm] }];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Adds the batch's embeddings to the queues.</summary>
    /// <inheritdoc/>
    public override void OnStepCompleted(PretextBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        foreach (var (queue, crop) in queues.Zip(Crops.Split(step.Kept(Embeddings)!, LargeCrops)))
            queue.Enqueue(crop);
    }

    /// <summary>Finds the prototype nearest to every crop.</summary>
    /// <param name="batch">A generated batch.</param>
    /// <returns>Numbers of prototypes, int64 (crops x N), crop by crop; owned by the caller.</returns>
    public Tensor FindPrototypes(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return prototypes.forward(Embed(batch)).argmax(1).MoveToOuterDisposeScope();
    }

    private Tensor Embed(PretextBatch batch) => Crops.Embed(projector, Crops.Encode(Encoder, batch.Views));

    private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        prototypes.Learns = step.Step >= options.FrozenSteps || step.Progress >= MostFrozen;
        var embeddings = step.Gather(Embed(batch));
        var images = embeddings.shape[0] / batch.Views.Count;
        var large = embeddings.narrow(0, 0, LargeCrops * images);
        step.Keep(Embeddings, large);
        var scores = prototypes.forward(embeddings);
        var loss = SwappedPredictionLoss.Of(Crops.Split(scores, batch.Views.Count), LargeCrops, ScoreQueues(images, step));
        return new PretextLoss(
            loss,
            (EmbeddingSpread.Metric, EmbeddingSpread.Of(large.narrow(0, 0, images))),
            (UsedAnswers.Metric, UsedAnswers.Of(scores.narrow(0, 0, images)))).MoveToOuterDisposeScope();
    }

    /// <summary>Scores the queues by the prototypes as they are now; null as long as the queues are not to be used.</summary>
    private Tensor[]? ScoreQueues(long images, StepContext step)
    {
        if (queues.Count == 0 || step.Epoch < options.QueueStart || step.Step * images < options.QueueLength)
            return null;
        using var noGrad = no_grad();
        return [.. queues.Select(queue => prototypes.forward(queue.Rows))];
    }
}
