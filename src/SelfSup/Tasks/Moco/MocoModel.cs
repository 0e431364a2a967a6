using SelfSup.Heads;
using SelfSup.Losses;
using SelfSup.Optimization;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Makes queries by the trained network and keys by an averaged copy of it, and compares them.</summary>
public sealed class MocoModel : PretextModel
{
    private const string Keys = "keys";
    private readonly MocoOptions options;
    private readonly ProjectionHead projector;
    private readonly ProjectionHead? predictor; // of version 3
    private readonly FeatureQueue? queue; // of version 2
    private readonly Averaged<Encoder> teacher;
    private readonly Averaged<ProjectionHead> teacherProjector;

    internal MocoModel(string name, PretextSetup setup, MocoOptions options)
        : base(name, setup.Encoder)
    {
        this.options = options;
        var (encoder, width) = (setup.Encoder, setup.Encoder.FeatureCount);
        if (options.Version == MocoVersion.V2)
        {
            projector = new ProjectionHead(width, new() { Hidden = width, Output = options.Output, HiddenNorm = false, LastBias = true });
            queue = FeatureQueue.Random(QueueLength.For(options.QueueLength, setup.ImageCount), options.Output);
        }
        else
        {
            projector = new ProjectionHead(width, new() { Hidden = 2 * width, Output = options.Output, OutputNorm = OutputNorm.Plain });
            predictor = new ProjectionHead(options.Output, new() { Hidden = 2 * width, Output = options.Output });
        }
        teacher = new Averaged<Encoder>(encoder.Copy());
        teacherProjector = new Averaged<ProjectionHead>(projector.Copy());
        RegisterComponents();
        nn.Module[] trained = predictor is null ? [encoder, projector] : [encoder, projector, predictor];
        Objectives = [new Objective("contrast", ComputeLoss, trained) { Alarms = [EmbeddingSpread.Alarm] }];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Makes queries and keys of both views, each in one pass, so that the views share the statistics of batch normalization.</summary>
    /// <param name="batch">A batch of two views of N images.</param>
    /// <returns>Queries and keys, (2N, D) each, first views before second ones; owned by the caller. Keys have no gradient.</returns>
    public (Tensor Queries, Tensor Keys) Embed(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var images = Encoder.Normalize(TwoViews.Join(batch));
        var projected = projector.forward(Encoder.forward(images));
        var queries = predictor is null ? projected : predictor.forward(projected);
        using var noGrad = no_grad();
        var keys = teacherProjector.Module.forward(teacher.Module.forward(images));
        return (queries.MoveToOuterDisposeScope(), keys.MoveToOuterDisposeScope());
    }

    /// <summary>Moves the averaged copy, and puts the step's keys into the queue.</summary>
    /// <inheritdoc/>
    public override void OnStepCompleted(PretextBatch batch, StepContext step)
    {
        var keep = options.Version == MocoVersion.V2 ? options.Keep : Ramp.Cosine(options.Keep, 1, step.Progress);
        teacher.Follow(Encoder, keep);
        teacherProjector.Follow(projector, keep);
        if (step.Kept(Keys) is { } keys)
            queue?.Enqueue(keys);
    }

    /// <summary>Queries of first views, and keys of second ones.</summary>
    internal (Tensor First, Tensor Second) Match(PretextBatch batch)
    {
        var (queries, keys) = Embed(batch);
        return (TwoViews.Split(queries).First, TwoViews.Split(keys).Second);
    }

    private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        var (queries, keys) = Embed(batch);
        if (queue is null)
            (queries, keys) = (step.Gather(queries), step.Gather(keys));
        var others = keys.roll(keys.shape[0] / 2, 0); // of the other view of each image
        var loss = queue is null ? CompareInBatch(queries, others) : InfoNce.Of(queries, others, queue.Rows, options.Temperature);
        if (queue is not null)
            step.Keep(Keys, nn.functional.normalize(step.Gather(keys).to(ScalarType.Float32), dim: 1));
        return EmbeddingSpread.AddTo(loss, TwoViews.Split(queries).First).MoveToOuterDisposeScope();
    }

    /// <summary>Version 3's loss: the sum of both directions, times twice the temperature.</summary>
    private PretextLoss CompareInBatch(Tensor queries, Tensor others)
    {
        var ((first, second), (keysOfFirst, keysOfSecond)) = (TwoViews.Split(queries), TwoViews.Split(others));
        PretextLoss one = InfoNce.InBatch(first, keysOfFirst, options.Temperature), other = InfoNce.InBatch(second, keysOfSecond, options.Temperature);
        return TwoViews.Mean(one, other, factor: 4 * options.Temperature);
    }
}
