// Pretrains small encoders on clips by the four tasks on time and motion, and tells how well each answers about clips it has not seen.
// Needs no data: without --clips it draws things that bounce.
using System.CommandLine;
using System.Globalization;
using SelfSup;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Runtime;
using SelfSup.Samples;
using SelfSup.Tasks;
using SelfSup.Training;

string[] clipTasks = ["frame-order", "clip-order", "video-rotation", "speediness"];
TorchRuntime.TuneForTraining();
var clips = Options.ExistingFolder("--clips", "Folder of videos to learn from: sub-folders of frames, or animated GIF, WebP and PNG files [default: drawn clips].");
var heldOut = Options.ExistingFolder("--held-out", "Folder of other videos, to judge by. Goes with --clips.");
var task = Options.Checked(
    "--task", $"One task or several [default: all]: {string.Join(", ", clipTasks)}.", $"one or several of {string.Join(", ", clipTasks)}, such as {clipTasks[0]},{clipTasks[^1]}",
    text => text.Split(',', StringSplitOptions.TrimEntries) is var names && names.All(clipTasks.Contains) ? names.Distinct().ToArray() : null);
var encoder = Options.Choice("--encoder", "Architecture for the tasks that see clips: convnet3d or r3d_18.", ["convnet3d", "r3d_18"], "convnet3d");
var size = Options.Whole("--size", "Side of the frames in pixels [default: 64, 24 for drawn clips].", 16, 1024);
var frames = Options.Whole("--frames", "Frames of a clip.", 4, 256, 16);
var stride = Options.Whole("--stride", "Every how many frames of a video one is taken.", 1, 1000, 1);
var epochs = Options.Whole("--epochs", "Passes over the clips for each task [default: 10, or as many as make 2,000 steps].", 1, 1_000_000);
var seed = Options.Whole("--seed", "Same seed, same result.", 0, int.MaxValue, 0);
var output = Options.OutputFolder("--output", "Folder for encoders, previews and packed clips.", "runs/clips");
var resume = new Option<bool>("--resume") { Description = "Go on where an earlier run in --output was stopped." };
var command = new RootCommand("Learns from the order and the speed of clips.")
{
    clips, heldOut, task, encoder, size, frames, stride, epochs, seed, output, resume,
};

return await SampleProgram.RunAsync(command, args, async (options, cancellation) =>
{
    var imageSize = options.GetValue(size) ?? (options.GetValue(clips) is null ? 24 : 64);
    var (folder, names) = (options.GetValue(output)!, options.GetValue(task) is { Length: > 0 } given ? given : clipTasks);
    RunFolders.Check(folder, options.GetValue(resume), names.Select(FolderOf));
    var (tasks, encoders) = Check(names, imageSize, options.GetValue(frames)!.Value, options);
    var (train, test) = await OpenAsync(options, imageSize, cancellation);

    var table = new List<string[]>();
    foreach (var (number, pretext) in tasks.Index())
    {
        Screen.Say();
        Screen.Say($"{number + 1} of {tasks.Length}, {pretext.Name}, {encoders[number]}:");
        using var network = EncoderCatalog.Create(encoders[number], imageSize, options.GetValue(seed)!.Value);
        var result = await Trainer.RunAsync(network, [new WeightedTask(pretext)], train, new PretrainingOptions
        {
            Epochs = options.GetValue(epochs),
            BatchSize = Math.Clamp(train.Count, 2, 16),
            Recipe = TrainingRecipe.For(new AdamW()),
            Augmentation = new() { Brightness = 0.4, Contrast = 0.4, Saturation = 0.4, Grayscale = 0.3 },
            Seed = options.GetValue(seed)!.Value,
            HeldOut = test,
            RunFolder = FolderOf(pretext.Name),
            Resume = RunFolders.HasRun(FolderOf(pretext.Name)),
        }, cancellation);
        if (test is not null)
            table.Add([pretext.Name, encoders[number], Percent(result.Metrics[$"held_out/{pretext.Name}/accuracy"]), Percent(1.0 / pretext.Classes)]);
    }

    Screen.Say();
    if (test is not null)
    {
        Screen.Say($"On {test.Count:N0} clips that were not learned from:");
        Screen.Show(words: 2, ["task", "encoder", "accuracy", "chance"], table);
    }
    Screen.Say($"Each task left previews/*.png, metrics.jsonl and encoder.safetensors in its folder in {folder}.");

    string FolderOf(string name) => Path.Combine(folder, name);
});

// Every task with an encoder that takes what it shows: clips, or single frames.
(ClassificationTask[] Tasks, string[] Encoders) Check(string[] names, int imageSize, int clipFrames, ParseResult options)
{
    using var still = new ConvNet(imageSize);
    var onFrames = TaskCatalog.NamesFor(still, clipFrames);
    string[] encoders = [.. names.Select(name => onFrames.Contains(name) ? still.Architecture : options.GetValue(encoder)!)];
    ClassificationTask[] tasks = [.. names.Select(name => (ClassificationTask)TaskCatalog.Create(name))];
    foreach (var (pretext, architecture) in tasks.Zip(encoders))
    {
        using var network = EncoderCatalog.Create(architecture, imageSize);
        pretext.CheckFits(network, clipFrames);
    }
    return (tasks, encoders);
}

async Task<(IImageSource Train, IImageSource? Test)> OpenAsync(ParseResult options, int imageSize, CancellationToken cancellation)
{
    if (options.GetValue(clips) is not { } folder)
    {
        if (options.GetValue(heldOut) is not null)
            throw new ArgumentException("--held-out goes with --clips; give both, or neither for drawn clips.");
        return (
            await PackAsync(new ProceduralClips(240, options.GetValue(frames)!.Value, seed: 1), "train"),
            await PackAsync(new ProceduralClips(120, options.GetValue(frames)!.Value, seed: 2), "test"));
    }
    var cut = new ClipOptions { Frames = options.GetValue(frames)!.Value, Stride = options.GetValue(stride)!.Value };
    return (
        await PackAsync(ClipFolder.Open(folder, cut), "train"),
        options.GetValue(heldOut) is { } other ? await PackAsync(ClipFolder.Open(other, cut), "test") : null);

    // Decoded once, for all tasks and epochs; and what stands still teaches nothing about time.
    async Task<IImageSource> PackAsync(IImageSource source, string name)
    {
        using var network = EncoderCatalog.Create("convnet", imageSize);
        var file = Path.Combine(options.GetValue(output)!, $"{name}.pack");
        var packed = await Packer.OpenOrPackAsync(source, file, Pretraining.ReadSizeOf(network), cancellation);
        var moving = ClipMotion.FindMoving(packed, cancellationToken: cancellation);
        Screen.Say($"{name}: {moving.Count:N0} clips of {source.Description}; {packed.Count - moving.Count:N0} nearly still ones are left out.");
        if (moving.Count < 2)
            throw new ArgumentException($"{source.Description} has {moving.Count} clips in which something moves; at least two are needed.");
        return new ImageSubset(packed, moving);
    }
}

static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);
