using System.CommandLine;
using SelfSup.Augmentations;
using SelfSup.Distributed;
using SelfSup.Optimization;
using SelfSup.Training;
using TorchSharp;

namespace SelfSup.Samples;

/// <summary>The options that say how long, how and where a run trains.</summary>
internal sealed class RunOptions
{
    private readonly Option<int?> epochs = Options.Whole("--epochs", "Passes over the images [default: 10, or as many as make 2,000 steps].", 1, 1_000_000);
    private readonly Option<int?> steps = Options.Whole("--steps", "Length of the run in steps, in place of --epochs; whole passes are made.", 1);
    private readonly Option<int?> batch = Options.Whole("--batch", "Images a step.", 2, 65_536, 64);
    private readonly RecipeOptions recipe = new();

    private readonly Option<string?> precision = Options.Choice(
        "--precision", "float32 or bfloat16, in which the network runs [default: bfloat16 where the processor has units for it].",
        [.. Enum.GetNames<Precision>().Select(name => name.ToLowerInvariant())]);

    private readonly Option<double?> cropArea = Options.Number(
        "--crop-area", "Least share of an image in a crop, for tasks without views of their own; below 1, crops are resized [default: 1].", "above 0, at most 1", share => share is > 0 and <= 1);

    private readonly Option<int?> seed = Options.Whole("--seed", "Same seed, same result.", 0, int.MaxValue, 0);

    private readonly Option<int?> window = Options.Whole("--shuffle-window", "Images that are shuffled together; spares a slow disk that holds more than memory does [default: all].", 2);

    private readonly Option<DeviceName?> device = Options.Checked(
        "--device", "auto, cpu, cuda, or cuda:N for the GPU of that number, from 0 [default: auto].",
        "auto, cpu, cuda, or cuda:N for the GPU of that number, from 0", text => DeviceName.Parse(text));

    private readonly Option<bool> nccl = new("--nccl")
    {
        Description = "With a GPU for each of several processes: exchange from GPU to GPU, by NVIDIA's NCCL. Not tested yet.",
    };

    private readonly Option<bool> tensorBoard = new("--tensorboard") { Description = "Also write what TensorBoard shows to --output: metrics and previews." };

    private readonly Option<bool> resume = new("--resume") { Description = "Go on from the last checkpoint in --output." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { epochs, steps, batch, precision, cropArea, seed, window, device, nccl, tensorBoard, resume })
            command.Add(option);
        recipe.AddTo(command);
        command.Validators.Add(given =>
        {
            if (given.GetResult(epochs) is not null && given.GetResult(steps) is not null)
                given.AddError("--epochs and --steps both say how long the run is; give one of them.");
        });
    }

    public int SeedOf(ParseResult given) => given.GetValue(seed)!.Value;

    public bool IsResumed(ParseResult given) => given.GetValue(resume);

    /// <summary>How images are varied for tasks that ask for no views.</summary>
    private Augmentation AugmentationOf(ParseResult given) => new() { MinimumArea = given.GetValue(cropArea) ?? 1 };

    /// <summary>Where the network runs; it must be there.</summary>
    public torch.Device DeviceOf(ParseResult given) => (given.GetValue(device) ?? DeviceName.Auto).Resolve("--device");

    /// <summary>Whether the GPUs of processes that train together are to be connected.</summary>
    public bool ConnectsGpus(ParseResult given) => given.GetValue(nccl);

    /// <summary>The settings of a run.</summary>
    /// <param name="given">The command line.</param>
    /// <param name="tasks">The tasks.</param>
    /// <param name="where">Where the network runs.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="monitors">What follows the run.</param>
    /// <param name="group">The processes that train together; null for this one alone.</param>
    public PretrainingOptions Create(
        ParseResult given, IReadOnlyList<WeightedTask> tasks, torch.Device where, string folder, IReadOnlyList<IEncoderMonitor> monitors,
        IProcessGroup? group = null)
    {
        if (given.GetResult(cropArea) is not null && tasks.All(weighted => weighted.Task.Views.Count > 0))
            throw new ArgumentException($"--crop-area would change nothing: {string.Join(", ", tasks.Select(weighted => weighted.Task.Name))} cut their own views.");
        var batchSize = given.GetValue(batch)!.Value;
        return new()
        {
            Group = group ?? new PretrainingOptions().Group,
            Epochs = given.GetValue(epochs),
            Steps = given.GetValue(steps),
            BatchSize = batchSize,
            Recipe = recipe.Apply(StatedBy(tasks).ForBatch(batchSize), given),
            Precision = given.GetValue(precision) is { } bits ? Enum.Parse<Precision>(bits, ignoreCase: true) : null,
            Augmentation = AugmentationOf(given),
            Seed = SeedOf(given),
            ShuffleWindow = given.GetValue(window),
            Device = where,
            RunFolder = folder,
            Monitors = monitors,
            Resume = IsResumed(given),
            TensorBoardFolder = given.GetValue(tensorBoard) ? folder : null,
        };
    }

    private static TrainingRecipe StatedBy(IEnumerable<WeightedTask> tasks) =>
        tasks.Select(weighted => weighted.Task.Recipe).OfType<TrainingRecipe>().FirstOrDefault() ?? TrainingRecipe.Default;
}
