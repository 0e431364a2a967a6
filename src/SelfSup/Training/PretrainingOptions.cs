using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Distributed;
using SelfSup.Optimization;
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
    private const int EnoughSteps = 2000;
    private const int EnoughEpochs = 10;

    /// <summary>
    /// Passes over the images, at least 1. The default, null, is as many as <see cref="Steps"/> needs; where that is null too, 10, or as many
    /// as make 2,000 steps where 10 make fewer.
    /// </summary>
    public int? Epochs { get; init; }

    /// <summary>
    /// Length of the run in steps, at least 1, in place of <see cref="Epochs"/>; it is rounded up to whole passes over the images. The
    /// default is null.
    /// </summary>
    public int? Steps { get; init; }

    /// <summary>
    /// Images a step, those of all ranks together, at least 2; a task may make several inputs of each. The default is 64. Ranks have equal
    /// parts of it, of at least 2 images.
    /// </summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// Optimizer, learning rate, weight decay and their schedules. The default, null, is what the first task that states a recipe states
    /// (<see cref="IPretextTask.Recipe"/>), for <see cref="BatchSize"/>, else <see cref="TrainingRecipe.Default"/>. One that is given is taken
    /// as it is. To change a setting, write <c>task.Recipe.ForBatch(256) with { ... }</c> or <c>TrainingRecipe.Default with { ... }</c>.
    /// </summary>
    public TrainingRecipe? Recipe { get; init; }

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
    /// comes out, named <c>held_out/task/metric</c>. At least two; one that is left over by itself at the end is left out, as tasks compare
    /// images with one another. The default is null.
    /// </summary>
    public IImageSource? HeldOut { get; init; }

    /// <summary>
    /// The processes that train the encoder together, this one among them; all are given the same settings. The default is this one alone.
    /// </summary>
    public IProcessGroup Group { get; init; } = SingleProcess.Instance;

    /// <summary>
    /// Threads that read and decode images, at least 1. The default, null, is the number of processors, divided by the ranks that share them.
    /// </summary>
    public int? Workers { get; init; }

    /// <summary>
    /// How many images are shuffled together, at least <see cref="BatchSize"/>; null, the default, means all. It spares a slow disk that holds more images
    /// than memory does (<see cref="ImageLoaderOptions.ShuffleWindow"/>).
    /// </summary>
    public int? ShuffleWindow { get; init; }

    /// <summary>Share of unreadable images at which the run stops, in [0, 1]. The default is 0.1.</summary>
    public double MaxFailureRatio { get; init; } = 0.1;

    /// <summary>
    /// Measurements of the encoder after every <see cref="MonitorEveryEpochs"/> epochs and at the end, such as nearest neighbors on a few
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
    /// Folder that receives an event file, such as <see cref="RunFolder"/> itself, which TensorBoard shows: the metrics of every step, what is
    /// measured, and the previews of a run that has a <see cref="RunFolder"/>. The default, null, writes none.
    /// </summary>
    public string? TensorBoardFolder { get; init; }

    /// <summary>
    /// Go on from the last checkpoint in <see cref="RunFolder"/>, or begin there where none is. The default is false, which refuses a
    /// folder that has one.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>Steps between checkpoints beside those at the end of every epoch; 0, the default, means none.</summary>
    public int CheckpointEverySteps { get; init; }

    /// <summary>Checkpoints that are kept, at least 1. The default is 2.</summary>
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>The recipe that a run follows: the one given, else the first that one of its tasks states, else the default.</summary>
    internal TrainingRecipe RecipeFor(IEnumerable<WeightedTask> tasks)
    {
        var stated = tasks.Select(task => task.Task.Recipe).OfType<TrainingRecipe>().FirstOrDefault() ?? TrainingRecipe.Default;
        var recipe = Recipe ?? stated.ForBatch(BatchSize);
        recipe.Validate();
        return recipe;
    }

    /// <summary>Passes over the images that a run makes.</summary>
    /// <param name="stepsPerEpoch">Steps of one pass.</param>
    internal int EpochsFor(long stepsPerEpoch)
    {
        return Epochs ?? (Steps is { } steps ? EpochsOf(steps) : Math.Max(EnoughEpochs, EpochsOf(EnoughSteps)));

        int EpochsOf(int count) => (int)((count + stepsPerEpoch - 1) / stepsPerEpoch);
    }

    internal int ReadingThreads => Workers ?? Math.Max(1, Environment.ProcessorCount / Group.LocalSize);

    internal Precision PrecisionOn(Device device) =>
        Precision ?? (BFloat16Units.PayOn(device) ? Training.Precision.BFloat16 : Training.Precision.Float32);

    internal void Validate()
    {
        this.Require(Epochs is null or >= 1, Epochs, "at least 1");
        this.Require(Steps is null or >= 1, Steps, "at least 1");
        this.Require(Steps is null || Epochs is null, Steps, $"null where {nameof(Epochs)} is given");
        this.Require(BatchSize >= 2, BatchSize, "at least 2");
        this.Require(
            Group.Size == 1 || (BatchSize % Group.Size == 0 && BatchSize >= 2 * Group.Size), BatchSize,
            $"a multiple of the {Group.Size} ranks with two images or more for each");
        Recipe?.Validate();
        Augmentation.Validate();
        this.Require(HeldOut is null or { Count: >= 2 }, HeldOut?.Count, "null or with at least two images");
        this.Require(Workers is null or >= 1, Workers, "null or at least 1");
        this.Require(ShuffleWindow is null || ShuffleWindow >= BatchSize, ShuffleWindow, $"null or at least {nameof(BatchSize)}, {BatchSize}");
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
