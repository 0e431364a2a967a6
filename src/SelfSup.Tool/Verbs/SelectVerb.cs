using System.CommandLine;
using SelfSup.Curation;
using SelfSup.Data;
using SelfSup.Reports;
using SelfSup.Samples;
using SelfSup.Transfer;

namespace SelfSup.Tool.Verbs;

/// <summary>Chooses which images to label.</summary>
internal sealed class SelectVerb : Verb
{
    private readonly EncoderOptions encoder = new();
    private readonly Option<string?> images = Required(Options.Images("--images", "A folder of images, tar or Parquet files, or a list (.txt, .csv)."));
    private readonly Option<int?> count = Options.Whole("--count", $"How many images to choose {Selector.DefaultCount}.", 1, 1_000_000);
    private readonly Option<string?> method = Options.Choice(
        "--method", "herding, typiclust, centers, or dropquery for a second round.", Selector.Methods, Selector.Methods[0]);
    private readonly Option<string?> labels = Options.ExistingPath(
        "--labels", "Labels of an earlier round: its list, filled in, or its folder of copies, sorted. These images are not chosen again.");
    private readonly ReportOption html = new();
    private readonly Option<string?> list = Options.NewFile("--list", "Write the chosen images here, a table to fill in their labels.");
    private readonly Option<string?> copies = Options.OutputFolder("--copies", "Copy the chosen images to this folder.", "");
    private readonly Option<string?> links = Options.OutputFolder("--links", "Make links to the chosen images in this folder.", "");

    public SelectVerb()
        : base(
            "select", "Chooses the images that tell most about all others, to label them first.",
            "--encoder runs/simclr --images photos --list list.csv",
            "--encoder runs/simclr --images photos --labels list.csv") =>
        Take([.. encoder.All, images, count, method, labels, list, copies, links, html.Option]);

    protected override async Task<object> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        using var network = encoder.Open(given);
        var photos = await ImageOpener.OpenAsync(given.GetValue(images)!, cancellation);
        if ((NullIfEmpty(given.GetValue(copies)) ?? NullIfEmpty(given.GetValue(links))) is not null && photos.FileOf(0) is null)
            throw new ArgumentException("--images are not files of their own to copy or link to; give --list in place of --copies and --links.");
        var known = given.GetValue(labels) is { } place ? Selector.ReadLabels(place, photos, cancellation) : null;
        using var features = await FeatureReader.ReadAsync(network, photos, "reading images", cancellation);
        var chosen = await Selector.ChooseAsync(features, given.GetValue(count), given.GetValue(method)!, known, cancellation);
        string[] names = [.. chosen.Select(photos.NameOf)];
        Screen.Say($"Label these first, of {photos.Count:N0} images:");
        Listing.Show(names);
        HandOver(given, photos, chosen, cancellation);
        html.Write(given, "Images to label", page => page.AddSelection(photos, chosen).AddMap(photos, features, FeatureLayer.PooledName, marked: chosen));
        ImageFailure[] unreadable = [.. photos.Failures, .. features.Failures];
        TellUnreadable(unreadable);
        return new
        {
            Chosen = names,
            Method = given.GetValue(method),
            List = given.GetValue(list),
            Copies = NullIfEmpty(given.GetValue(copies)),
            Links = NullIfEmpty(given.GetValue(links)),
            Html = html.FileOf(given),
            Unreadable = unreadable,
        };
    }

    private void HandOver(ParseResult given, IImageSource photos, int[] chosen, CancellationToken cancellation)
    {
        if (given.GetValue(list) is { } path)
        {
            Selection.WriteList(path, photos, chosen);
            Screen.Say($"Wrote {path}. Fill in its column 'label', and give it to --labels to choose more.");
        }
        if (NullIfEmpty(given.GetValue(copies)) is { } copied)
        {
            Selection.CopyFiles(copied, photos, chosen, cancellation);
            Screen.Say($"Copied them to {copied}. Moved into a sub-folder for each class they are what selfsup probe takes as --train, and what --labels takes to choose more.");
        }
        if (NullIfEmpty(given.GetValue(links)) is { } linked)
        {
            Selection.LinkFiles(linked, photos, chosen, cancellation);
            Screen.Say($"Made links to them in {linked}.");
        }
    }

    private static string? NullIfEmpty(string? folder) => folder is { Length: > 0 } ? folder : null;
}
