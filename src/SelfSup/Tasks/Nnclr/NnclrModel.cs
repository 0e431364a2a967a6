using SelfSup.Heads;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Projects both views, looks up neighbors of the projections in a queue, and compares them with predictions from the other views.</summary>
public sealed class NnclrModel : PretextModel
{
    private const string Added = "projections";
    private readonly double temperature;
    private readonly ProjectionHead projector;
    private readonly ProjectionHead predictor;
    private readonly FeatureQueue queue;

    internal NnclrModel(string name, PretextSetup setup, NnclrOptions options)
        : base(name, setup.Encoder)
    {
        temperature = options.Temperature;
        var width = setup.Encoder.FeatureCount;
        projector = new ProjectionHead(width, new() { Hidden = width, Output = options.Output, OutputNorm = OutputNorm.Affine });
        predictor = new ProjectionHead(options.Output, new() { Hidden = 2 * width, Output = options.Output, LastBias = true });
        queue = FeatureQueue.Random(QueueLength.For(options.QueueLength, setup.ImageCount), options.Output);
        RegisterComponents();
        Objectives = [new Objective("contrast", ComputeLoss, setup.Encoder, projector, predictor) { Alarms = [EmbeddingSpread.Alarm] }];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Projects both views and predicts, in one pass, so that the views share the statistics of batch normalization.</summary>
    /// <param name="batch">A batch of two views of N images.</param>
    /// <returns>Projections and predictions, (2N, D) each, first views before second ones; owned by the caller.</returns>
    public (Tensor Projections, Tensor Predictions) Embed(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var projections = projector.forward(Encoder.forward(Encoder.Normalize(TwoViews.Join(batch))));
        var predictions = predictor.forward(projections);
        return (projections.MoveToOuterDisposeScope(), predictions.MoveToOuterDisposeScope());
    }

    /// <summary>Puts the projections of the first views into the queue.</summary>
    /// <inheritdoc/>
    public override void OnStepCompleted(PretextBatch batch, StepContext step)
    {
        if (step.Kept(Added) is { } projections)
            queue.Enqueue(projections);
    }

    /// <summary>Projections of first views, and predictions from second ones.</summary>
    internal (Tensor First, Tensor Second) Match(PretextBatch batch)
    {
        var (projections, predictions) = Embed(batch);
        return (TwoViews.Split(projections).First, TwoViews.Split(predictions).Second);
    }

    private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        var (ownProjections, ownPredictions) = Embed(batch);
        var (projections, predictions) = (step.Gather(ownProjections), step.Gather(ownPredictions));
        var ((first, second), (fromFirst, fromSecond)) = (TwoViews.Split(projections), TwoViews.Split(predictions));
        var rows = queue.Rows;
        step.Keep(Added, nn.functional.normalize(first.detach().to(ScalarType.Float32), dim: 1));
        var loss = TwoViews.Mean(
            NearestNeighborContrast.Of(first, fromSecond, rows, temperature), NearestNeighborContrast.Of(second, fromFirst, rows, temperature));
        return EmbeddingSpread.AddTo(loss, first).MoveToOuterDisposeScope();
    }
}
