using SelfSup.Heads;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Embeds images by a normalized linear layer, and remembers the embedding of each.</summary>
public sealed class InstanceDiscriminationModel : PretextModel
{
    private const string Embedded = "features";
    private readonly InstanceDiscriminationOptions options;
    private readonly ProjectionHead projector;
    private readonly ImageMemory memory;

    internal InstanceDiscriminationModel(string name, PretextSetup setup, InstanceDiscriminationOptions options)
        : base(name, setup.Encoder)
    {
        this.options = options;
        projector = new ProjectionHead(setup.Encoder.FeatureCount, new() { Layers = 1, Output = options.Output, OutputNorm = OutputNorm.Plain });
        memory = new ImageMemory(setup.ImageCount, options.Output);
        RegisterComponents();
        Objectives = [new Objective("contrast", Objective.Typed<InstanceBatch>(ComputeLoss), setup.Encoder, projector) { Alarms = [EmbeddingSpread.Alarm] }];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Embeds the images of a batch.</summary>
    /// <param name="batch">A batch of N images.</param>
    /// <returns>Embeddings (N, D), not of unit length; owned by the caller.</returns>
    public Tensor Embed(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        return Embed(batch.Inputs).MoveToOuterDisposeScope();
    }

    /// <summary>Looks how well images find themselves in the memory.</summary>
    /// <param name="batch">A batch of N images.</param>
    /// <returns>How many rows are closer to each image than its own, int64 (N): 0 where it finds itself. Owned by the caller.</returns>
    public Tensor Rank(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var cosines = Cosines.Between(Cosines.Unit(Embed(batch)), memory.Rows); // (N, images)
        return cosines.gt(cosines.gather(1, batch.Targets.unsqueeze(1))).sum(1).MoveToOuterDisposeScope();
    }

    /// <summary>Before the first epoch, remembers what the untrained network makes of every image.</summary>
    /// <inheritdoc/>
    public override void OnEpochStarting(EpochContext epoch)
    {
        if (epoch.Epoch > 0)
            return;
        using var noGrad = no_grad();
        foreach (var input in epoch.ReadImages())
        {
            using var scope = NewDisposeScope();
            // Mirror images join them, as normalization needs two images at least.
            var embeddings = Embed(cat([input.Images, input.Images.flip(3)])).narrow(0, 0, input.Images.shape[0]);
            memory.Follow(input.Indices, embeddings, keep: 0);
        }
    }

    /// <summary>Brings the images' rows of the memory up to date.</summary>
    /// <inheritdoc/>
    public override void OnStepCompleted(PretextBatch batch, StepContext step)
    {
        if (step.Kept(Embedded) is not { } features)
            return;
        using var images = step.Gather(batch.Targets);
        memory.Follow(images, features, options.Keep);
    }

    private Tensor Embed(Tensor images) => projector.forward(Encoder.forward(Encoder.Normalize(images)));

    private PretextLoss ComputeLoss(InstanceBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        var features = Embed(batch);
        step.Keep(Embedded, step.Gather(features));
        var loss = step.IsTraining ? CompareWithMemory(features, batch) : MeasureStrangers(features, batch);
        return EmbeddingSpread.AddTo(loss, features).MoveToOuterDisposeScope();
    }

    private PretextLoss CompareWithMemory(Tensor features, InstanceBatch batch) => memory.Count <= options.Negatives
        ? InstanceContrast.Of(features, memory.Rows, batch.Targets, options.Temperature)
        : InstanceContrast.Of(features, memory.Rows, batch.Targets, batch.Draws.remainder(memory.Count), options.Temperature);

    /// <summary>
    /// The memory has no rows of held-out images, so each stands for its own row: what is measured is how well it is told from others.
    /// </summary>
    private PretextLoss MeasureStrangers(Tensor features, InstanceBatch batch) =>
        InfoNce.Of(features, features, memory.Rows.index_select(0, batch.Draws.remainder(memory.Count)), options.Temperature);
}
