using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>In which precision the network runs; parameters stay float32.</summary>
public enum Precision
{
    /// <summary>32-bit floats throughout.</summary>
    Float32,

    /// <summary>Convolutions and matrix products in bfloat16, by libtorch's autocast. Linux only.</summary>
    BFloat16,
}

/// <summary>Settings of a pretraining run. Every default is usable.</summary>
public sealed class PretrainingOptions
{
    /// <summary>Passes over the images, at least 1. The default is 10.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Images a step, at least 2; a task may make several inputs of each. The default is 64.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// How parameters are updated. The default, null, is what the task states (<see cref="IPretextTask.Recipe"/>), else SGD. Where it is
    /// another than the task states, the settings below are those of <see cref="TrainingRecipe.For"/> unless given.
    /// </summary>
    public OptimizerKind? Optimizer { get; init; }

    /// <summary>
    /// Learning rate at the top of the schedule. The default, null, is the task's, else 0.05 for SGD, 0.001 for AdamW and 0.3 for LARS.
    /// </summary>
    public double? LearningRate { get; init; }

    /// <summary>Momentum of SGD and LARS, Adam's first beta, in [0, 1). The default, null, is the task's, else 0.9.</summary>
    public double? Momentum { get; init; }

    /// <summary>How the learning rate falls. The default, null, is the task's, else a cosine.</summary>
    public ScheduleKind? Schedule { get; init; }

    /// <summary>
    /// Share of the run in which the learning rate rises linearly, in [0, 0.5]. The default, null, is the task's, else 0.05.
    /// </summary>
    public double? Warmup { get; init; }

    /// <summary>Weight decay, at least 0. The default, null, is the task's, else 0.0005.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>Whether norms and biases decay too. The default is false.</summary>
    public bool DecayNormsAndBiases { get; init; }

    /// <summary>Largest norm of an objective's gradient, above 0; null, the default, does not clip.</summary>
    public double? ClipGradientNorm { get; init; }

    /// <summary>
    /// What happens when a loss or a gradient is not finite. By default the run stops. Either way the images of the step are kept in the run
    /// folder: their names in <c>non-finite.jsonl</c>, and a picture in <c>previews</c>.
    /// </summary>
    public NonFinitePolicy NonFinite { get; init; } = NonFinitePolicy.Stop;

    /// <summary>
    /// In which precision the network runs. The default, null, is bfloat16 where it pays: on Linux, on CPUs with AVX-512 BF16 and on GPUs
    /// of compute capability 8.0 (Ampere) and later; elsewhere it is float32.
    /// </summary>
    public Precision? Precision { get; init; }

    /// <summary>Where the network runs. The default, null, is CUDA when present, else the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Same seed, same machine and same thread count give the same result. The default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>How images are varied before the tasks see them. By default they are shifted and mirrored.</summary>
    public Augmentation Augmentation { get; init; } = new();

    /// <summary>
    /// Images that are not learned from: at the end of every epoch the tasks answer problems made of them, and the metrics have what
    /// comes out, named <c>held_out/task/metric</c>. The default is null.
    /// </summary>
    public IImageSource? HeldOut { get; init; }

    /// <summary>Threads that read and decode images, at least 1. The default is the number of processors.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Share of unreadable images at which the run stops, in [0, 1]. The default is 0.1.</summary>
    public double MaxFailureRatio { get; init; } = 0.1;

    /// <summary>
    /// Measurements of the encoder after every <see cref="MonitorEveryEpochs"/> epochs and at the end, such as nearest neighbours on a few
    /// labels; they go to progress, metrics and result, and do not change what is learned. The default is none.
    /// </summary>
    public IReadOnlyList<IEncoderMonitor> Monitors { get; init; } = [];

    /// <summary>Epochs from one measurement by <see cref="Monitors"/> to the next, at least 1. The default is 1.</summary>
    public int MonitorEveryEpochs { get; init; } = 1;

    /// <summary>
    /// Folder that receives configuration, metrics, checkpoints, previews and the encoder file. The default, null, writes nothing.
    /// </summary>
    public string? RunFolder { get; init; }

    /// <summary>
    /// Continue from the last checkpoint in <see cref="RunFolder"/>. The default is false, which refuses a folder that has one.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>Steps between checkpoints beside those at the end of every epoch; 0, the default, means none.</summary>
    public int CheckpointEverySteps { get; init; }

    /// <summary>Checkpoints that are kept, at least 1. The default is 2.</summary>
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>The recipe that a run follows: these options, then the first recipe that one of its tasks states, then the defaults.</summary>
    internal TrainingRecipe RecipeFor(IEnumerable<WeightedTask> tasks)
    {
        var stated = tasks.Select(task => task.Task.Recipe).OfType<TrainingRecipe>().FirstOrDefault();
        var optimizer = Optimizer ?? stated?.Optimizer ?? OptimizerKind.Sgd;
        var recipe = stated?.Optimizer == optimizer ? stated : TrainingRecipe.For(optimizer);
        recipe = recipe with
        {
            LearningRate = LearningRate ?? recipe.LearningRate,
            Momentum = Momentum ?? recipe.Momentum,
            Schedule = Schedule ?? recipe.Schedule,
            Warmup = Warmup ?? recipe.Warmup,
            WeightDecay = WeightDecay ?? recipe.WeightDecay,
        };
        recipe.Validate();
        return recipe;
    }

    internal Precision PrecisionOn(Device device) =>
        Precision ?? (BFloat16Units.PayOn(device) ? Training.Precision.BFloat16 : Training.Precision.Float32);

    internal void Validate()
    {
        this.Require(Epochs >= 1, Epochs, "at least 1");
        this.Require(BatchSize >= 2, BatchSize, "at least 2");
        this.Require(LearningRate is null or > 0, LearningRate, "above 0");
        this.Require(Momentum is null or (>= 0 and < 1), Momentum, "in [0, 1)");
        this.Require(Warmup is null or (>= 0 and <= 0.5), Warmup, "in [0, 0.5]");
        this.Require(WeightDecay is null or >= 0, WeightDecay, "at least 0");
        this.Require(ClipGradientNorm is null or > 0, ClipGradientNorm, "above 0");
        Augmentation.Validate();
        this.Require(HeldOut is null or { Count: > 0 }, HeldOut?.Count, "null or with images");
        this.Require(Workers >= 1, Workers, "at least 1");
        this.Require(MaxFailureRatio is >= 0 and <= 1, MaxFailureRatio, "in [0, 1]");
        this.Require(
            Monitors.DistinctBy(monitor => monitor.Name).Count() == Monitors.Count,
            $"[{string.Join(", ", Monitors.Select(monitor => monitor.Name))}]", "of different names", nameof(Monitors));
        this.Require(MonitorEveryEpochs >= 1, MonitorEveryEpochs, "at least 1");
        this.Require(CheckpointEverySteps >= 0, CheckpointEverySteps, "at least 0");
        this.Require(KeepCheckpoints >= 1, KeepCheckpoints, "at least 1");
        this.Require(!Resume || RunFolder is not null, Resume, $"used with {nameof(RunFolder)}");
    }
}
