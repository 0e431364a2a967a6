// Pretrains small encoders on clips by the four tasks on time and motion, and tells how well each answers about clips it has not seen.
// Needs no data: without --clips it draws things that bounce.
using System.CommandLine;
using System.Globalization;
using SelfSup;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Samples;
using SelfSup.Tasks;
using SelfSup.Training;

string[] clipTasks = ["frame-order", "clip-order", "video-rotation", "speediness"];
var clips = new Option<string?>("--clips")
{
    Description = "Folder of videos to learn from: sub-folders of frames, or animated GIF and WebP files [default: drawn clips].",
};
var heldOut = new Option<string?>("--held-out") { Description = "Folder of other videos, to judge by. Goes with --clips." };
var task = new Option<string>("--task")
{
    Description = $"One task or several: {string.Join(", ", clipTasks)}.",
    DefaultValueFactory = _ => string.Join(',', clipTasks),
};
var encoder = new Option<string>("--encoder")
{
    Description = "Architecture for the tasks that see clips: convnet3d or r3d_18.",
    DefaultValueFactory = _ => "convnet3d",
};
var size = new Option<int?>("--size") { Description = "Side of the frames in pixels [default: 64, 24 for drawn clips]." };
var frames = new Option<int>("--frames") { Description = "Frames of a clip.", DefaultValueFactory = _ => 16 };
var stride = new Option<int>("--stride") { Description = "Every how many frames of a video one is taken.", DefaultValueFactory = _ => 1 };
var epochs = new Option<int>("--epochs") { Description = "Passes over the clips for each task.", DefaultValueFactory = _ => 10 };
var seed = new Option<int>("--seed") { Description = "Same seed, same result.", DefaultValueFactory = _ => 0 };
var output = new Option<string>("--output")
{
    Description = "Folder for encoders, previews and packed clips.",
    DefaultValueFactory = _ => "runs/clips",
};
var command = new RootCommand("Learns from the order and the speed of clips.")
{
    clips, heldOut, task, encoder, size, frames, stride, epochs, seed, output,
};

return await SampleProgram.RunAsync(command, args, async (options, cancellation) =>
{
    var imageSize = options.GetValue(size) ?? (options.GetValue(clips) is null ? 24 : 64);
    var folder = options.GetValue(output)!;
    var names = options.GetValue(task)!.Split(',', StringSplitOptions.TrimEntries);
    var (train, test) = await OpenAsync(options, imageSize, cancellation);

    using var still = new ConvNet(imageSize);
    var onFrames = TaskCatalog.NamesFor(still, train.Frames);
    var table = new List<(string Task, string Encoder, double Accuracy, double Chance)>();
    foreach (var name in names)
    {
        var pretext = TaskCatalog.Create(name) as ClassificationTask
            ?? throw new ArgumentException($"--task is {name}; it must be of {string.Join(", ", clipTasks)}.");
        var architecture = onFrames.Contains(name) ? still.Architecture : options.GetValue(encoder)!;
        Console.WriteLine($"{name}, {architecture}:");
        var runFolder = Path.Combine(folder, name);
        if (File.Exists(Path.Combine(runFolder, "configuration.json")))
            Directory.Delete(runFolder, recursive: true); // an earlier run's
        using var network = EncoderCatalog.Create(architecture, imageSize, options.GetValue(seed));
        var result = await Pretraining.RunAsync(network, pretext, train, new PretrainingOptions
        {
            Epochs = options.GetValue(epochs),
            BatchSize = Math.Min(16, train.Count),
            Recipe = TrainingRecipe.For(new AdamW()),
            Augmentation = new() { Brightness = 0.4, Contrast = 0.4, Saturation = 0.4, Grayscale = 0.3 },
            Seed = options.GetValue(seed),
            HeldOut = test,
            RunFolder = runFolder,
        }, new ConsoleProgress(), cancellation);
        if (test is not null)
            table.Add((name, architecture, result.Metrics[$"held_out/{name}/accuracy"], 1.0 / pretext.Classes));
    }

    if (test is not null)
    {
        Console.WriteLine();
        Console.WriteLine($"On {test.Count} clips that were not learned from:");
        Console.WriteLine();
        Console.WriteLine($"  {"task",-18}{"encoder",-12}{"accuracy",9}{"chance",9}");
        foreach (var (name, architecture, accuracy, chance) in table)
            Console.WriteLine($"  {name,-18}{architecture,-12}{Percent(accuracy),9}{Percent(chance),9}");
        Console.WriteLine();
    }
    Console.WriteLine($"Each task left previews/*.png, metrics.jsonl and encoder.safetensors in {folder}.");
});

async Task<(IImageSource Train, IImageSource? Test)> OpenAsync(ParseResult options, int imageSize, CancellationToken cancellation)
{
    if (options.GetValue(clips) is not { } folder)
    {
        if (options.GetValue(heldOut) is not null)
            throw new ArgumentException("--held-out goes with --clips.");
        return (
            await PackAsync(new ProceduralClips(240, options.GetValue(frames), seed: 1), "train"),
            await PackAsync(new ProceduralClips(120, options.GetValue(frames), seed: 2), "test"));
    }
    var cut = new ClipOptions { Frames = options.GetValue(frames), Stride = options.GetValue(stride) };
    return (
        await PackAsync(ClipFolder.Open(folder, cut), "train"),
        options.GetValue(heldOut) is { } other ? await PackAsync(ClipFolder.Open(other, cut), "test") : null);

    // Decoded once, for all tasks and epochs; and what stands still teaches nothing about time.
    async Task<IImageSource> PackAsync(IImageSource source, string name)
    {
        using var network = EncoderCatalog.Create("convnet", imageSize);
        var file = Path.Combine(options.GetValue(output)!, $"{name}.pack");
        var packed = await PackedImages.OpenOrPackAsync(
            source, file, new() { ImageSize = Pretraining.ReadSizeOf(network) }, cancellationToken: cancellation);
        var moving = ClipMotion.FindMoving(packed, cancellationToken: cancellation);
        Console.WriteLine($"{name}: {moving.Count} clips of {source.Description}; {packed.Count - moving.Count} nearly still ones are left out.");
        foreach (var failure in packed.Failures.Take(10))
            Console.WriteLine($"  left out {failure.Name}: {failure.Reason}");
        return new ImageSubset(packed, moving);
    }
}

static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);
