using SelfSup.Runtime;

namespace SelfSup.Optimization;

/// <summary>
/// An optimizer with its settings and schedules: what a task is best trained by, unless the run's options state another. All that
/// changes over a run is a pure function of the step, so that a resumed run needs no state for it.
/// </summary>
public sealed record TrainingRecipe
{
    /// <summary>The recipe of tasks that state none: SGD at a learning rate of 0.05.</summary>
    public static TrainingRecipe Default { get; } = new();

    /// <summary>How parameters are updated. The default is SGD with Nesterov momentum.</summary>
    public OptimizerSettings Optimizer { get; init; } = new Sgd();

    /// <summary>Learning rate at the top of the schedule, above 0. The default is 0.05.</summary>
    public double LearningRate { get; init; } = Sgd.UsualLearningRate;

    /// <summary>
    /// Batch size that <see cref="LearningRate"/> is for, at least 1: a run with another batch size that is given no recipe changes the
    /// task's rate in proportion. Goyal et al., "Accurate, Large Minibatch SGD", 2017, https://arxiv.org/abs/1706.02677. The default, null,
    /// is for recipes whose rate suits any usual batch size.
    /// </summary>
    [Unrecorded] // a run knows its own batch size, and its learning rate is the one for it
    public int? ReferenceBatchSize { get; init; }

    /// <summary>How the learning rate falls after warm-up. The default is a cosine to 0.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine;

    /// <summary>Share of the run in which the learning rate rises linearly, in [0, 0.5]. The default is 0.05.</summary>
    public double Warmup { get; init; } = 0.05;

    /// <summary>Weight decay, at least 0. The default is 0.0005.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>
    /// Weight decay that a cosine leads to over the run, at least 0; null, the default, keeps <see cref="WeightDecay"/>. Caron et al.,
    /// "Emerging Properties in Self-Supervised Vision Transformers", 2021, https://arxiv.org/abs/2104.14294, go from 0.04 to 0.4.
    /// </summary>
    public double? FinalWeightDecay { get; init; }

    /// <summary>
    /// Whether norms and biases, the parameters of one dimension, decay too; LARS then scales their steps as well. The default is false.
    /// </summary>
    public bool DecayNormsAndBiases { get; init; }

    /// <summary>Largest norm of an objective's gradient, above 0; null, the default, does not clip.</summary>
    public double? ClipGradientNorm { get; init; }

    /// <summary>
    /// Whether <see cref="ClipGradientNorm"/> bounds every parameter's gradient by itself, as DINO does, and not all of an objective
    /// together. The default is false.
    /// </summary>
    public bool ClipEachParameter { get; init; }

    /// <summary>The defaults with another optimizer.</summary>
    /// <param name="optimizer">How parameters are updated.</param>
    /// <returns>Defaults with a learning rate of 0.05 for SGD, 0.001 for AdamW and 0.3 for LARS.</returns>
    public static TrainingRecipe For(OptimizerSettings optimizer) =>
        Default with { Optimizer = optimizer, LearningRate = optimizer.DefaultLearningRate };

    /// <summary>The recipe for a batch size: with its learning rate in proportion, where the recipe states a batch size.</summary>
    /// <param name="batchSize">Images a step, at least 1.</param>
    /// <returns>A recipe whose <see cref="ReferenceBatchSize"/> is null.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is below 1.</exception>
    public TrainingRecipe ForBatch(int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return ReferenceBatchSize is { } reference
            ? this with { LearningRate = LearningRate * batchSize / reference, ReferenceBatchSize = null }
            : this;
    }

    /// <summary>The learning rate at a step.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="steps">Steps of the whole run.</param>
    /// <returns>The learning rate.</returns>
    public double LearningRateAt(long step, long steps) => LearningRate * Schedule.FactorAt(step, steps, (long)(Warmup * steps));

    /// <summary>The weight decay at a step.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="steps">Steps of the whole run.</param>
    /// <returns>The weight decay.</returns>
    public double WeightDecayAt(long step, long steps) =>
        FinalWeightDecay is { } final ? Ramp.Cosine(WeightDecay, final, (double)step / steps) : WeightDecay;

    /// <summary>Whether weight decay applies to a parameter.</summary>
    /// <param name="name">The parameter's name; that of a bias ends in <c>bias</c>, whatever its shape.</param>
    /// <param name="dimensions">The parameter's number of dimensions.</param>
    internal bool Decays(string name, long dimensions) => DecayNormsAndBiases || (dimensions > 1 && name.Split('.')[^1] != "bias");

    /// <summary>The settings under snake_case names, for the run's record.</summary>
    internal IReadOnlyDictionary<string, object?> Describe() => RecipeDescription.Of(this);

    /// <summary>Checks all settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it.</exception>
    internal void Validate()
    {
        Optimizer.Validate();
        Schedule.Validate();
        this.Require(LearningRate is > 0 and < double.PositiveInfinity, LearningRate, "above 0");
        this.Require(ReferenceBatchSize is null or >= 1, ReferenceBatchSize, "null or at least 1");
        this.Require(Warmup is >= 0 and <= 0.5, Warmup, "in [0, 0.5]");
        this.Require(WeightDecay is >= 0 and < double.PositiveInfinity, WeightDecay, "at least 0");
        this.Require(FinalWeightDecay is null or (>= 0 and < double.PositiveInfinity), FinalWeightDecay, "null or at least 0");
        this.Require(ClipGradientNorm is null or > 0, ClipGradientNorm, "null or above 0");
        this.Require(!ClipEachParameter || ClipGradientNorm is not null, ClipEachParameter, $"used with {nameof(ClipGradientNorm)}");
    }
}
