// Pretrains an encoder on unlabeled images by one or several pretext tasks.
using System.CommandLine;
using System.Globalization;
using SelfSup;
using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Samples;
using SelfSup.Tasks;
using SelfSup.Training;
using SelfSup.Transfer;
using TorchSharp;

var task = new Option<string>("--task")
{
    Description = $"One task, or several with weights such as rotation,colorization:0.5. Tasks: {string.Join(", ", TaskCatalog.Names)}.",
    DefaultValueFactory = _ => "rotation",
};
var images = new Option<string?>("--images") { Description = "Folder of images, at any depth." };
var cifar10 = new Option<string?>("--cifar10") { Description = "Folder with CIFAR-10's binary files." };
var idx = new Option<string?>("--idx") { Description = "IDX file of images (MNIST, Fashion-MNIST), plain or .gz." };
var pack = new Option<string?>("--pack")
{
    Description = "File to keep the decoded images in: packed by the first run, read without decoding by later ones.",
};
var encoder = new Option<string>("--encoder")
{
    Description = $"Architecture: {string.Join(", ", EncoderCatalog.Names)}.",
    DefaultValueFactory = _ => "resnet18",
};
var size = new Option<int?>("--size") { Description = "Side of the images in pixels [default: 32 for CIFAR-10 and IDX, else 96]." };
var epochs = new Option<int>("--epochs") { Description = "Passes over the images.", DefaultValueFactory = _ => 10 };
var batch = new Option<int>("--batch") { Description = "Images a step.", DefaultValueFactory = _ => 64 };
var training = new RecipeOptions();
var precision = new Option<Precision?>("--precision")
{
    Description = "Float32 or BFloat16, in which the network runs [default: BFloat16 where the processor has units for it].",
};
var cropArea = new Option<double>("--crop-area")
{
    Description = "Least share of an image in a crop; below 1, crops are resized.",
    DefaultValueFactory = _ => 1,
};
var seed = new Option<int>("--seed") { Description = "Same seed, same result.", DefaultValueFactory = _ => 0 };
var device = new Option<string>("--device")
{
    Description = "auto, cpu, cuda, or cuda:N for the GPU of that number, from 0.",
    DefaultValueFactory = _ => "auto",
};
var output = new Option<string>("--output")
{
    Description = "Run folder for the encoder, metrics, previews and checkpoints.",
    DefaultValueFactory = _ => "runs/pretrain",
};
var knn = new Option<string?>("--knn")
{
    Description = "Labeled images to follow the run by, with nearest neighbors after every epoch: a folder of one sub-folder a class, or CIFAR-10's.",
};
var resume = new Option<bool>("--resume") { Description = "Go on from the last checkpoint in --output." };

var command = new RootCommand("Pretrains an encoder on unlabeled images.")
{
    task, images, cifar10, idx, pack, encoder, size, epochs, batch, precision, cropArea, seed, device, output, knn, resume,
};
training.AddTo(command);

return await SampleProgram.RunAsync(command, args, async (options, cancellation) =>
{
    var source = OpenImages(options);
    var imageSize = options.GetValue(size) ?? (options.GetValue(images) is null ? 32 : 96);
    var normalization = options.GetValue(cifar10) is null ? Normalization.ImageNet : Normalization.Cifar10;
    using var network = EncoderCatalog.Create(options.GetValue(encoder)!, imageSize, options.GetValue(seed), normalization);
    var tasks = ParseTasks(options.GetValue(task)!);
    var augmentation = new Augmentation { MinimumArea = options.GetValue(cropArea) };
    using var packed = options.GetValue(pack) is { } file
        ? await PackAsync(source, file, Pretraining.ReadSizeOf(network, tasks.Select(weighted => weighted.Task), augmentation), cancellation)
        : null;
    source = packed ?? source;
    Console.WriteLine($"Pretraining {network.Architecture} at {imageSize} pixels by {options.GetValue(task)} on {source.Count:N0} images.");
    Console.WriteLine($"Images: {source.Description}.");

    var settings = new PretrainingOptions
    {
        Epochs = options.GetValue(epochs),
        BatchSize = options.GetValue(batch),
        Recipe = training.Apply(StatedBy(tasks), options),
        Precision = options.GetValue(precision),
        Augmentation = augmentation,
        Seed = options.GetValue(seed),
        Device = ParseDevice(options.GetValue(device)!),
        RunFolder = options.GetValue(output),
        Monitors = options.GetValue(knn) is { } labeled ? [new KnnMonitor(OpenLabeled(labeled))] : [],
        Resume = options.GetValue(resume),
    };
    var result = await RunAsync(network, tasks, source, settings, cancellation);
    foreach (var failure in result.Failures.Take(10))
        Console.WriteLine($"  left out {failure.Name}: {failure.Reason}");
    if (result.Failures.Count > 10)
        Console.WriteLine($"  and {result.Failures.Count - 10} more, all named in report.json");
    Console.WriteLine($"Wrote {result.EncoderFile}. See previews, metrics.jsonl and checkpoints in {options.GetValue(output)}.");
});

static async Task<PackedImages> PackAsync(IImageSource source, string file, int size, CancellationToken cancellation)
{
    try
    {
        return await PackedImages.OpenOrPackAsync(source, file, new() { ImageSize = size }, new PackingLine(file), cancellation);
    }
    catch (OperationCanceledException)
    {
        Console.WriteLine();
        Console.WriteLine("Stopped packing. The same command goes on from there.");
        throw;
    }
}

static async Task<PretrainingResult> RunAsync(
    Encoder network, WeightedTask[] tasks, IImageSource source, PretrainingOptions settings, CancellationToken cancellation)
{
    try
    {
        return await Pretraining.RunAsync(network, tasks, source, settings, new ConsoleProgress(), cancellation);
    }
    catch (OperationCanceledException)
    {
        Console.WriteLine();
        Console.WriteLine($"Stopped; a checkpoint is in {settings.RunFolder}. The same command with --resume goes on from there.");
        throw;
    }
}

IImageSource OpenImages(ParseResult options) => (options.GetValue(images), options.GetValue(cifar10), options.GetValue(idx)) switch
{
    ({ } folder, null, null) => ImageFolder.Open(folder),
    (null, { } folder, null) => Cifar10.OpenTrain(folder),
    (null, null, { } file) => IdxImages.Open(file),
    _ => throw new ArgumentException("Give exactly one of --images, --cifar10 and --idx."),
};

// A thousand images show a trend in seconds.
static LabeledSubset OpenLabeled(string folder)
{
    ILabeledImageSource images = File.Exists(Path.Combine(folder, "test_batch.bin")) ? Cifar10.OpenTrain(folder) : LabeledImageFolder.Open(folder);
    return LabeledSubset.Stratified(images, Math.Min(images.Count, 1000), seed: 0);
}

static WeightedTask[] ParseTasks(string list) =>
[
    .. list.Split(',', StringSplitOptions.TrimEntries).Select(item =>
    {
        var parts = item.Split(':');
        if (parts.Length == 1)
            return new WeightedTask(TaskCatalog.Create(parts[0]));
        return parts.Length == 2 && double.TryParse(parts[1], CultureInfo.InvariantCulture, out var weight) && weight > 0
            ? new WeightedTask(TaskCatalog.Create(parts[0]), weight)
            : throw new ArgumentException($"'{item}' in --task is not a task, or a task and a positive weight such as colorization:0.5.");
    }),
];

static TrainingRecipe StatedBy(WeightedTask[] tasks) =>
    tasks.Select(weighted => weighted.Task.Recipe).OfType<TrainingRecipe>().FirstOrDefault() ?? TrainingRecipe.Default;

static torch.Device? ParseDevice(string name) => name switch
{
    "auto" => null,
    "cpu" => torch.CPU,
    "cuda" => torch.CUDA,
    _ when name.StartsWith("cuda:", StringComparison.Ordinal)
        && byte.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index) => new torch.Device(DeviceType.CUDA, index),
    _ => throw new ArgumentException($"--device is {name}; it must be auto, cpu, cuda, or cuda:N for the GPU of that number, from 0."),
};
