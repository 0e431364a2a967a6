// Pretrains a small encoder by each of the four classic tasks and tells which features help a classifier with few labels.
// Needs no data: without --images it draws its own.
using System.CommandLine;
using System.Globalization;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Runtime;
using SelfSup.Samples;
using SelfSup.Tasks;
using SelfSup.Training;
using SelfSup.Transfer;

TorchRuntime.TuneForTraining();
string[] tasks = ["rotation", "jigsaw", "colorization", "inpainting"];
var images = Options.ExistingFolder("--images", "Folder of unlabeled images to learn from [default: drawn scenes].");
var labeled = Options.ExistingFolder("--labeled", "Folder with a sub-folder for each class, to judge the features by.");
var epochs = Options.Whole("--epochs", "Passes over the images for each task [default: 10, or as many as make 2,000 steps].", 1, 1_000_000);
var output = Options.OutputFolder("--output", "Folder for encoders and previews.", "quickstart");
var resume = new Option<bool>("--resume") { Description = "Go on where an earlier Quickstart in --output was stopped." };
var command = new RootCommand("Compares the features that four pretext tasks learn without labels.") { images, labeled, epochs, output, resume };

return await SampleProgram.RunAsync(command, args, async (options, cancellation) =>
{
    const int imageSize = 32, labels = 160;
    var folder = options.GetValue(output)!;
    RunFolders.Check(folder, options.GetValue(resume), tasks.Select(FolderOf));
    IImageSource unlabeled = options.GetValue(images) is { } photos ? ImageFolder.Open(photos) : new ProceduralImages(2400, seed: 1);
    var (train, test) = OpenLabeled(options, labels);
    Screen.Say($"Learning from {unlabeled.Count:N0} unlabeled images of {imageSize} x {imageSize} pixels.");
    if (train is null)
        Screen.Say("The features are not judged; give --labeled, a folder with a sub-folder for each class, for that.");

    var table = new List<string[]>();
    foreach (var (number, name) in tasks.Index())
    {
        Screen.Say();
        Screen.Say($"{number + 1} of {tasks.Length}, {name}:");
        using var encoder = new ConvNet(imageSize);
        await Trainer.RunAsync(encoder, [new WeightedTask(TaskCatalog.Create(name))], unlabeled, new PretrainingOptions
        {
            Epochs = options.GetValue(epochs),
            BatchSize = Math.Clamp(unlabeled.Count, 2, 32),
            RunFolder = FolderOf(name),
            Resume = RunFolders.HasRun(FolderOf(name)),
        }, cancellation);
        if (train is null || test is null)
            continue;

        // Chance, raw pixels and random weights are the same beside every task, so they are measured once.
        var report = await Judge.ProbeAsync(encoder, train, test, cancellation, new LinearProbeOptions { Baselines = table.Count == 0 });
        table.AddRange(report.Rows.Where(row => row.TestAccuracy is not null).Select(row => new[]
        {
            row.Features == ProbeRow.Pretrained ? name : row.Features, row.Stage ?? "-",
            row.TestAccuracy!.Value.ToString("P1", CultureInfo.InvariantCulture),
        }));
    }

    Screen.Say();
    if (train is not null && test is not null)
    {
        Screen.Say($"A linear classifier on frozen features, with {train.Count:N0} labels of {train.ClassNames.Count} classes, on {test.Count:N0} test images:");
        Screen.Show(words: 2, ["features", "stage", "test accuracy"], table);
        Screen.Say("The stage of each row was chosen on held-out training labels. Features are worth having above the rows of raw pixels, random weights and data statistics.");
    }
    Screen.Say($"Each task left previews/*.png, metrics.jsonl and encoder.safetensors in its folder in {folder}.");

    string FolderOf(string name) => Path.Combine(folder, name);
});

(ILabeledImageSource? Train, ILabeledImageSource? Test) OpenLabeled(ParseResult options, int labels)
{
    if (options.GetValue(labeled) is { } folder)
    {
        // Half of the labeled images judge, the other half teach.
        return LabeledSubset.HoldOut(LabeledImageFolder.Open(folder), 0.5, seed: 0);
    }
    return options.GetValue(images) is null ? (new ProceduralImages(labels, seed: 2), new ProceduralImages(1000, seed: 3)) : (null, null);
}
