// Pretrains an encoder on unlabeled images by one or several pretext tasks.
using System.CommandLine;
using System.Globalization;
using SelfSup;
using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Distributed;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Optimization;
using SelfSup.Runtime;
using SelfSup.Samples;
using SelfSup.Tasks;
using SelfSup.Training;
using SelfSup.Transfer;
using TorchSharp;

TorchRuntime.TuneForTraining();
var task = Options.Checked(
    "--task", $"One task, or several with weights such as rotation,colorization:0.5 [default: rotation]. Tasks: {string.Join(", ", AllTasks())}.",
    $"a task or several, with a positive weight or without, such as rotation,colorization:0.5; the tasks are {string.Join(", ", AllTasks())}", ParseTasks);
var teacher = Options.ExistingFile(
    "--teacher", $"Weights of a network to learn from, of any origin, for the task {string.Join(", ", TaskCatalog.TaughtNames)}.");
var teacherSize = Options.Whole("--teacher-size", "Side of the images that the teacher looks at [default: the encoder's].", 16, 4096);
var images = Options.ExistingFolder("--images", "Folder of images, at any depth.");
var cifar10 = Options.ExistingFolder("--cifar10", "Folder with CIFAR-10's binary files.");
var idx = Options.ExistingFile("--idx", "IDX file of images (MNIST, Fashion-MNIST), plain or .gz.");
var pack = Options.CacheFile("--pack", "File to keep the decoded images in: packed by the first run, read without decoding by later ones.");
var encoder = Options.Checked(
    "--encoder", $"Architecture: {string.Join(", ", EncoderCatalog.Names)}; or weights to start from, a file (.onnx, .pth, .safetensors) or a folder with one [default: resnet18].",
    $"one of {string.Join(", ", EncoderCatalog.Names)}, or a file or a folder that is there", text => EncoderCatalog.Names.Contains(text) || Path.Exists(text) ? text : null);
var size = Options.Whole("--size", "Side of the images in pixels [default: the file's of weights, 32 for CIFAR-10 and IDX, else 96].", 16, 4096);
var epochs = Options.Whole("--epochs", "Passes over the images [default: 10, or as many as make 2,000 steps].", 1, 1_000_000);
var steps = Options.Whole("--steps", "Length of the run in steps, in place of --epochs; whole passes are made.", 1);
var batch = Options.Whole("--batch", "Images a step.", 2, 65_536, 64);
var training = new RecipeOptions();
var precision = Options.Choice(
    "--precision", "float32 or bfloat16, in which the network runs [default: bfloat16 where the processor has units for it].",
    [.. Enum.GetNames<Precision>().Select(name => name.ToLowerInvariant())]);
var cropArea = Options.Number("--crop-area", "Least share of an image in a crop; below 1, crops are resized [default: 1].", "above 0, at most 1", share => share is > 0 and <= 1);
var seed = Options.Whole("--seed", "Same seed, same result.", 0, int.MaxValue, 0);
var device = Options.Checked(
    "--device", "auto, cpu, cuda, or cuda:N for the GPU of that number, from 0 [default: auto].",
    "auto, cpu, cuda, or cuda:N for the GPU of that number, from 0", text => DeviceName.Parse(text));
var output = Options.OutputFolder("--output", "Run folder for the encoder, metrics, previews and checkpoints.", "runs/pretrain");
var knn = Options.ExistingFolder(
    "--knn", "Labeled images to follow the run by, with nearest neighbors after every epoch: a folder of one sub-folder a class, or CIFAR-10's.");
var resume = new Option<bool>("--resume") { Description = "Go on from the last checkpoint in --output." };

var command = new RootCommand("Pretrains an encoder on unlabeled images.")
{
    task, teacher, teacherSize, images, cifar10, idx, pack, encoder, size, epochs, steps, batch, precision, cropArea, seed, device, output, knn, resume,
};
training.AddTo(command);

return await SampleProgram.RunAsync(command, args, async (options, cancellation) =>
{
    var group = MpiGroup.Join();
    using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, group.StopOnSignals());
    var folder = options.GetValue(output)!;
    if (group.Rank == 0)
        RunFolders.Check(folder, options.GetValue(resume), folder);
    else
        Screen.Mute(); // the first rank speaks for all
    if (options.GetValue(epochs) is not null && options.GetValue(steps) is not null)
        throw new ArgumentException("--epochs and --steps both say how long the run is; give one of them.");
    var source = OpenImages(options);
    var (network, taken) = OpenEncoder(options);
    using var owned = network;
    using var taught = options.GetValue(teacher) is { } weights ? OpenTeacher(weights, options.GetValue(teacherSize) ?? network.ImageSize) : null;
    WeightedTask[] tasks = [.. (options.GetValue(task) is { Length: > 0 } given ? given : [("rotation", 1)])
        .Select(asked => new WeightedTask(TaskCatalog.Create(asked.Name, taught), asked.Weight))];
    var recipe = training.Apply(StatedBy(tasks).ForBatch(options.GetValue(batch)!.Value), options);
    foreach (var weighted in tasks)
        weighted.Task.CheckFits(network, source.Frames);
    var labeled = options.GetValue(knn) is { } labeledFolder ? OpenLabeled(labeledFolder) : null;
    var where = (options.GetValue(device) ?? DeviceName.Auto).Resolve("--device");

    var augmentation = new Augmentation { MinimumArea = options.GetValue(cropArea) ?? 1 };
    using var packed = options.GetValue(pack) is { } file
        ? await InTurn(group, () => Packer.OpenOrPackAsync(
            source, file, Pretraining.ReadSizeOf(network, tasks.Select(weighted => weighted.Task), augmentation), stop.Token))
        : null;
    source = packed ?? source;
    if (taken is not null)
        Screen.Say(taken);
    Screen.Say($"Pretraining {network.Architecture} at {network.ImageSize} pixels by {string.Join(", ", tasks.Select(Describe))} on {source.Count:N0} images.");
    Screen.Say($"Images: {source.Description}.");
    if (group.Size > 1)
        Screen.Say($"This is {group}; all of them share the batches.");
    var result = await Trainer.RunAsync(network, tasks, source, new PretrainingOptions
    {
        Epochs = options.GetValue(epochs),
        Steps = options.GetValue(steps),
        BatchSize = options.GetValue(batch)!.Value,
        Recipe = recipe,
        Precision = options.GetValue(precision) is { } bits ? Enum.Parse<Precision>(bits, ignoreCase: true) : null,
        Augmentation = augmentation,
        Seed = options.GetValue(seed)!.Value,
        Device = where,
        RunFolder = folder,
        Monitors = labeled is null ? [] : [new KnnMonitor(labeled)],
        Resume = options.GetValue(resume),
        Group = group,
    }, stop.Token);
    Screen.Say($"Wrote {result.EncoderFile}. Previews, metrics.jsonl and checkpoints are in {folder}.");
    Screen.Say("See what the features are worth:");
    var judges = options.GetValue(cifar10) is { } cifar ? $"--cifar10 {cifar}" : "--train LABELED --test LABELED";
    Screen.SayCommand($"dotnet run -c Release --project samples/Probe -- --encoder {result.EncoderFile} {judges}");
});

// The first rank writes the file, then the others open it.
static async Task<T> InTurn<T>(MpiGroup group, Func<Task<T>> open)
{
    using var turn = torch.zeros(1);
    if (group.Rank > 0)
        group.Sum(turn);
    var opened = await open();
    if (group.Rank == 0)
        group.Sum(turn);
    return opened;
}

(Encoder Encoder, string? Taken) OpenEncoder(ParseResult options)
{
    var name = options.GetValue(encoder) is { Length: > 0 } given ? given : "resnet18";
    if (!EncoderCatalog.Names.Contains(name))
        return EncoderOpener.Open(name, options.GetValue(size));
    var side = options.GetValue(size) ?? (options.GetValue(images) is null ? 32 : 96);
    var normalization = options.GetValue(cifar10) is null ? Normalization.ImageNet : Normalization.Cifar10;
    return (EncoderCatalog.Create(name, side, options.GetValue(seed)!.Value, normalization), null);
}

IImageSource OpenImages(ParseResult options) => (options.GetValue(images), options.GetValue(cifar10), options.GetValue(idx)) switch
{
    ({ } folder, null, null) => ImageFolder.Open(folder),
    (null, { } folder, null) => Cifar10.OpenTrain(folder),
    (null, null, { } file) => IdxImages.Open(file),
    (null, null, null) => throw new ArgumentException("There are no images to learn from; give one of --images, --cifar10 and --idx."),
    _ => throw new ArgumentException("Give only one of --images, --cifar10 and --idx."),
};

// A thousand images show a trend in seconds.
static LabeledSubset OpenLabeled(string folder)
{
    ILabeledImageSource images = File.Exists(Path.Combine(folder, "test_batch.bin")) ? Cifar10.OpenTrain(folder) : LabeledImageFolder.Open(folder);
    return LabeledSubset.Stratified(images, Math.Min(images.Count, 1000), seed: 0);
}

// The teacher has a copy of its own.
static EncoderTeacher OpenTeacher(string file, int size)
{
    using var network = EncoderFile.LoadPretrained(file, out var loaded, size);
    Screen.Say($"The teacher is {network.Architecture} at {size} pixels. {loaded}");
    return new EncoderTeacher(network);
}

static IEnumerable<string> AllTasks() => TaskCatalog.Names.Concat(TaskCatalog.TaughtNames);

static (string Name, double Weight)[]? ParseTasks(string list)
{
    var tasks = list.Split(',', StringSplitOptions.TrimEntries).Select(ParseTask).OfType<(string, double)>().ToArray();
    return tasks.Length == list.Count(letter => letter == ',') + 1 ? tasks : null;
}

static (string Name, double Weight)? ParseTask(string text)
{
    var (name, weight) = text.Split(':') is [var first, var second]
        ? (first, double.TryParse(second, CultureInfo.InvariantCulture, out var number) ? number : 0)
        : (text, 1);
    return AllTasks().Contains(name) && weight is > 0 and < double.PositiveInfinity ? (name, weight) : null;
}

static string Describe(WeightedTask weighted) =>
    weighted.Weight == 1 ? weighted.Task.Name : FormattableString.Invariant($"{weighted.Task.Name}:{weighted.Weight}");

static TrainingRecipe StatedBy(WeightedTask[] tasks) =>
    tasks.Select(weighted => weighted.Task.Recipe).OfType<TrainingRecipe>().FirstOrDefault() ?? TrainingRecipe.Default;
