using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>
/// Predicts colors from all stages but the shallowest, which would pass edges on without the encoder learning what they are of.
/// </summary>
public sealed class ColorizationModel : PretextModel
{
    private const float ColorScale = 110;
    private readonly ColorizationOptions options;
    private readonly ColorizationTask task;
    private readonly StageDecoder decoder;
    private readonly Tensor prior;
    private readonly Tensor classWeights;

    internal ColorizationModel(string name, Encoder encoder, ColorizationOptions options, ColorizationTask task)
        : base(name, encoder)
    {
        (this.options, this.task) = (options, task);
        var outputs = options.Mode == ColorizationMode.Classification ? ColorBins.Count : 2;
        decoder = new StageDecoder(encoder.Stages.Skip(1).Select(stage => stage.Channels), outputs);
        prior = full([ColorBins.Count], 1f / ColorBins.Count, device: CPU);
        classWeights = ones(ColorBins.Count, device: CPU);
        RegisterComponents();
        Objectives = [new Objective("colorization", Objective.Typed<ColorizationBatch>((batch, _) => ComputeLoss(batch)), encoder, this)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Learns how often each color occurs, so that rare ones can count more.</summary>
    /// <inheritdoc/>
    public override void Prepare(IEnumerable<PretextInput> inputs)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        if (options.Mode == ColorizationMode.Regression)
            return;
        var counts = zeros_like(prior);
        foreach (var input in inputs)
        {
            using var inner = NewDisposeScope();
            using var random = new RandomSource(0, prior.device);
            using var batch = task.Generate(input, random);
            var bins = batch.Bins.select(1, 0).index_select(0, batch.Colored.nonzero().flatten()); // as in the loss, gray images do not count
            counts.add_(bins.flatten().bincount(null, ColorBins.Count).to(ScalarType.Float32));
        }
        if (counts.sum().item<float>() == 0)
            return;
        prior.copy_(ColorBins.SmoothPrior(counts));
        classWeights.copy_(ColorBins.RebalancingWeights(prior, options.UniformShare));
    }

    /// <summary>Computes the raw output at the resolution of the batch's targets.</summary>
    /// <param name="batch">A generated batch.</param>
    /// <returns>Scores of bins (N, 313, h, w), or scaled colors (N, 2, h, w); owned by the caller.</returns>
    public Tensor ComputeOutput(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var maps = Encoder.ForwardStages(Encoder.Normalize(batch.Inputs));
        return decoder.Decode(maps[1..], batch.Targets.shape[2], batch.Targets.shape[3]).MoveToOuterDisposeScope();
    }

    /// <summary>Predicts colors.</summary>
    /// <param name="batch">A generated batch.</param>
    /// <returns>Colors, float (N, 2, h, w), owned by the caller.</returns>
    public Tensor PredictColors(PretextBatch batch)
    {
        using var output = ComputeOutput(batch);
        return options.Mode == ColorizationMode.Classification
            ? ColorBins.AnnealedMean(output, options.Temperature)
            : output.to(ScalarType.Float32).mul(ColorScale);
    }

    private PretextLoss ComputeLoss(ColorizationBatch colors)
    {
        using var scope = NewDisposeScope();
        var output = ComputeOutput(colors).to(ScalarType.Float32);
        if (options.Mode == ColorizationMode.Regression)
        {
            // The bend of the Huber loss is at one unit of Lab.
            var error = nn.functional.huber_loss(output, colors.Targets.div(ColorScale), 1 / ColorScale, nn.Reduction.None).sum(1).mul(ColorScale);
            var distance = output.detach().mul(ColorScale).sub(colors.Targets).square().sum(1).sqrt();
            return Report(error, "distance", distance, colors);
        }
        var entropy = output.log_softmax(1).gather(1, colors.Bins).mul(colors.Weights).sum(1).neg(); // (N, h, w)
        var rebalanced = entropy.mul(classWeights.index_select(0, colors.Bins.select(1, 0).flatten()).view_as(entropy));
        return Report(rebalanced, "cross_entropy", entropy.detach(), colors);
    }

    private static PretextLoss Report(Tensor loss, string name, Tensor metric, ColorizationBatch batch) => new(
        MeanOfColored(loss, batch).MoveToOuterDisposeScope(), (name, MeanOfColored(metric, batch).MoveToOuterDisposeScope()));

    /// <summary>The mean of (N, h, w) over the pixels of colored images; 0, with a gradient of 0, when there is none.</summary>
    private static Tensor MeanOfColored(Tensor values, ColorizationBatch batch)
    {
        using var scope = NewDisposeScope();
        var pixels = batch.Colored.sum().mul(values.shape[1] * values.shape[2]).clamp_min(1);
        return values.mul(batch.Colored.view(-1, 1, 1)).sum().div(pixels).MoveToOuterDisposeScope();
    }
}
