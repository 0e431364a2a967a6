// Pretrains a small encoder by each of the four classic tasks and tells which features help a classifier with few labels.
// Needs no data: without --images it draws its own.
using System.CommandLine;
using System.Globalization;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Samples;
using SelfSup.Tasks;
using SelfSup.Training;
using SelfSup.Transfer;

var images = new Option<string?>("--images") { Description = "Folder of unlabeled images to learn from [default: drawn scenes]." };
var labeled = new Option<string?>("--labeled") { Description = "Folder with a sub-folder for each class, to judge the features by." };
var epochs = new Option<int>("--epochs") { Description = "Passes over the images for each task.", DefaultValueFactory = _ => 6 };
var output = new Option<string>("--output") { Description = "Folder for encoders and previews.", DefaultValueFactory = _ => "quickstart" };
var command = new RootCommand("Compares the features that four pretext tasks learn without labels.") { images, labeled, epochs, output };

return await SampleProgram.RunAsync(command, args, async (options, cancellation) =>
{
    const int imageSize = 32, labels = 160;
    IImageSource unlabeled = options.GetValue(images) is { } folder ? ImageFolder.Open(folder) : new ProceduralImages(2400, seed: 1);
    var (train, test) = OpenLabeled(options, labels);
    Console.WriteLine($"Learning from {unlabeled.Count:N0} unlabeled images of {imageSize} x {imageSize} pixels.");
    if (train is null)
        Console.WriteLine("Without --labeled the features are not judged.");

    var table = new List<(string Features, string Stage, double Accuracy)>();
    foreach (var name in new[] { "rotation", "jigsaw", "colorization", "inpainting" })
    {
        Console.WriteLine($"{name}:");
        var runFolder = Path.Combine(options.GetValue(output)!, name);
        if (File.Exists(Path.Combine(runFolder, "configuration.json")))
            Directory.Delete(runFolder, recursive: true); // an earlier Quickstart's
        using var encoder = new ConvNet(imageSize);
        await Pretraining.RunAsync(encoder, TaskCatalog.Create(name), unlabeled, new PretrainingOptions
        {
            Epochs = options.GetValue(epochs),
            BatchSize = Math.Min(32, unlabeled.Count),
            RunFolder = runFolder,
        }, new ConsoleProgress(), cancellation);
        if (train is null || test is null)
            continue;

        // Chance, raw pixels and random weights are the same beside every task, so they are measured once.
        var report = LinearProbe.Evaluate(
            encoder, train, test, new LinearProbeOptions { Baselines = table.Count == 0 }, cancellationToken: cancellation);
        table.AddRange(report.Rows.Where(row => row.TestAccuracy is not null)
            .Select(row => (row.Features == ProbeRow.Pretrained ? name : row.Features, row.Stage ?? "-", row.TestAccuracy!.Value)));
    }

    if (train is not null && test is not null)
    {
        Console.WriteLine();
        Console.WriteLine($"A linear classifier on frozen features, {train.Count} labels of {train.ClassNames.Count} classes,");
        Console.WriteLine($"{test.Count} test images:");
        Console.WriteLine();
        Console.WriteLine($"  {"features",-16}{"stage",-10}{"test accuracy",14}");
        foreach (var (features, stage, accuracy) in table)
            Console.WriteLine($"  {features,-16}{stage,-10}{accuracy.ToString("P1", CultureInfo.InvariantCulture),14}");
        Console.WriteLine();
        Console.WriteLine("The stage of each row was chosen on held-out training labels.");
        Console.WriteLine("Features are worth having above the rows of raw pixels and random weights.");
    }
    Console.WriteLine($"Each task left previews/*.png, metrics.jsonl and encoder.safetensors in {options.GetValue(output)}.");
});

(ILabeledImageSource? Train, ILabeledImageSource? Test) OpenLabeled(ParseResult options, int labels)
{
    if (options.GetValue(labeled) is { } folder)
    {
        // Half of the labeled images judge, the other half teach.
        ILabeledImageSource all = LabeledImageFolder.Open(folder);
        return LabeledSubset.Split(all, all.Count / 2, seed: 0);
    }
    return options.GetValue(images) is null ? (new ProceduralImages(labels, seed: 2), new ProceduralImages(1000, seed: 3)) : (null, null);
}
