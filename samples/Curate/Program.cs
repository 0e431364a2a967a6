// Looks through a folder of photos with an encoder: names pictures that are there twice, and chooses those to label first.
using System.CommandLine;
using System.Globalization;
using SelfSup;
using SelfSup.Curation;
using SelfSup.Data;
using SelfSup.Reports;
using SelfSup.Runtime;
using SelfSup.Samples;
using SelfSup.Transfer;

const int shown = 20;
const int mostClusters = 12;

TorchRuntime.TuneForTraining();
var encoder = Options.ExistingPath("--encoder", "The encoder: a run's .safetensors, or weights of any origin (.onnx, .pth, .safetensors).");
var size = Options.Whole("--size", "Side of the images in pixels [default: the file says, else 224].", 16, 4096);
encoder.Required = true;
var images = Options.Images("--images", "A folder of images, tar or Parquet files, or a list (.txt, .csv).");
images.Required = true;
var select = Options.Whole("--select", $"How many images to choose for labeling; 0 chooses none {Selector.DefaultCount}.", 0, 1_000_000);
var method = Options.Choice("--method", "herding, typiclust, centers, or dropquery for a second round.", Selector.Methods, Selector.Methods[0]);
var labels = Options.ExistingPath("--labels", "Labels of an earlier round: its list, filled in, or its folder of copies, sorted. These images are not chosen again.");
var duplicates = new Option<bool>("--duplicates") { Description = "Name images that are the same picture, mirrored ones too." };
var list = Options.NewFile("--list", "Writes the chosen images here, to fill in their labels [default: only shows them].");
var copies = Options.OutputFolder("--copies", "Copies the chosen images into this folder, to be moved into a sub-folder for each class.", "");
var html = Options.NewFile("--report", "Writes here what was found, with pictures and a map: HTML with all in it.");
var command = new RootCommand("Chooses images to label, and finds duplicates.") { encoder, size, images, select, method, labels, duplicates, list, copies, html };

return await SampleProgram.RunAsync(command, args, async (options, cancellation) =>
{
    var (network, taken) = EncoderOpener.Open(options.GetValue(encoder)!, options.GetValue(size));
    using var owned = network;
    Screen.Say(taken);
    var photos = await ImageOpener.OpenAsync(options.GetValue(images)!, cancellation);
    var known = options.GetValue(labels) is { } place ? Selector.ReadLabels(place, photos, cancellation) : null;
    using var features = await FeatureReader.ReadAsync(network, photos, "reading images", cancellation);
    UnreadableImages.Tell([.. photos.Failures, .. features.Failures]);
    var report = new HtmlReport("What is in the photos", photos.Description);
    if (options.GetValue(duplicates))
        report.AddDuplicates(photos, await ShowDuplicatesAsync(network, photos, features, cancellation));
    int[] chosen = [];
    if (options.GetValue(select) != 0)
    {
        chosen = await Selector.ChooseAsync(features, options.GetValue(select), options.GetValue(method)!, known, cancellation);
        Screen.Say($"Label these first, of {photos.Count:N0} images:");
        Show(chosen.Select(photos.NameOf));
        report.AddSelection(photos, chosen);
    }
    if (options.GetValue(html) is { } reportFile)
    {
        report
            .AddMap(photos, features, FeatureLayer.PooledName, known, chosen, cancellation)
            .AddClusters(photos, ImageClusters.Find(features, FeatureLayer.PooledName, photos, Math.Min(mostClusters, features.Indices.Count), cancellationToken: cancellation))
            .AddOutliers(photos, Outliers.Rank(features, FeatureLayer.PooledName, cancellationToken: cancellation))
            .Save(reportFile);
        Screen.Say($"Wrote {reportFile}, the report.");
    }
    if (chosen.Length == 0)
        return;
    if (options.GetValue(list) is { } path)
    {
        Selection.WriteList(path, photos, chosen);
        Screen.Say($"Wrote {path}. Fill in its column 'label', and give it to --labels to choose more.");
    }
    if (options.GetValue(copies) is { Length: > 0 } folder)
    {
        Selection.CopyFiles(folder, photos, chosen, cancellation);
        Screen.Say($"Copied them to {folder}. Moved into a sub-folder for each class they are what samples/Probe takes as --train.");
    }
});

static async Task<IReadOnlyList<DuplicateGroup>> ShowDuplicatesAsync(Encoder network, IImageSource photos, FeatureSet features, CancellationToken cancellation)
{
    using var mirrored = await FeatureReader.ReadAsync(network, new MirroredImages(photos), "reading them mirrored", cancellation);
    var groups = Duplicates.Find(features, FeatureLayer.PooledName, photos, mirrored, cancellationToken: cancellation);
    Screen.Say(string.Create(
        CultureInfo.InvariantCulture,
        $"{groups.Count:N0} pictures are there more than once, up to a closeness of {Duplicates.DefaultCloseness}. The first file of each line is the largest:"));
    Show(groups.Select(group => string.Create(
        CultureInfo.InvariantCulture,
        $"{group.Match}, {group.Closeness:F2}: {string.Join(", ", group.Images.OrderBy(image => image != group.Keep).Select(photos.NameOf))}")));
    return groups;
}

static void Show(IEnumerable<string> lines)
{
    var all = lines.ToArray();
    foreach (var line in all.Take(shown))
        Screen.Say($"  {line}");
    if (all.Length > shown)
        Screen.Say($"  and {all.Length - shown:N0} more");
}
