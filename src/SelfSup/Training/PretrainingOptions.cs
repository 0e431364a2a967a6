using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>How parameters are updated.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with Nesterov momentum 0.9.</summary>
    Sgd,

    /// <summary>Adam with decoupled weight decay.</summary>
    AdamW,

    /// <summary>SGD with momentum 0.9 in which every layer's step is in proportion to its weights, for batches of a thousand and more.</summary>
    Lars,
}

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

    /// <summary>How parameters are updated. The default is SGD.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Sgd;

    /// <summary>Learning rate at the top of the schedule. The default, null, is 0.05 for SGD, 0.001 for AdamW and 0.3 for LARS.</summary>
    public double? LearningRate { get; init; }

    /// <summary>How the learning rate falls. The default is a cosine.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>Share of the run in which the learning rate rises linearly, in [0, 0.5]. The default is 0.05.</summary>
    public double Warmup { get; init; } = 0.05;

    /// <summary>Weight decay, at least 0. The default is 0.0005.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>Whether norms and biases decay too. The default is false.</summary>
    public bool DecayNormsAndBiases { get; init; }

    /// <summary>Largest norm of an objective's gradient, above 0; null, the default, does not clip.</summary>
    public double? ClipGradientNorm { get; init; }

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

    internal double BaseLearningRate => LearningRate ?? Optimizer switch
    {
        OptimizerKind.Sgd => 0.05,
        OptimizerKind.AdamW => 0.001,
        _ => 0.3,
    };

    internal Precision PrecisionOn(Device device) =>
        Precision ?? (BFloat16Units.PayOn(device) ? Training.Precision.BFloat16 : Training.Precision.Float32);

    internal void Validate()
    {
        this.Require(Epochs >= 1, Epochs, "at least 1");
        this.Require(BatchSize >= 2, BatchSize, "at least 2");
        this.Require(BaseLearningRate > 0, LearningRate, "above 0");
        this.Require(Warmup is >= 0 and <= 0.5, Warmup, "in [0, 0.5]");
        this.Require(WeightDecay >= 0, WeightDecay, "at least 0");
        this.Require(ClipGradientNorm is null or > 0, ClipGradientNorm, "above 0");
        Augmentation.Validate();
        this.Require(HeldOut is null or { Count: > 0 }, HeldOut?.Count, "null or with images");
        this.Require(Workers >= 1, Workers, "at least 1");
        this.Require(MaxFailureRatio is >= 0 and <= 1, MaxFailureRatio, "in [0, 1]");
        this.Require(CheckpointEverySteps >= 0, CheckpointEverySteps, "at least 0");
        this.Require(KeepCheckpoints >= 1, KeepCheckpoints, "at least 1");
        this.Require(!Resume || RunFolder is not null, Resume, $"used with {nameof(RunFolder)}");
    }
}
