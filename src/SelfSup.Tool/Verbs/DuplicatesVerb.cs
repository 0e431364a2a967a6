using System.CommandLine;
using System.Globalization;
using SelfSup.Curation;
using SelfSup.Data;
using SelfSup.Reports;
using SelfSup.Samples;
using SelfSup.Transfer;

namespace SelfSup.Tool.Verbs;

/// <summary>Names images that are the same picture. It deletes none.</summary>
internal sealed class DuplicatesVerb : Verb
{
    private const int FewImages = 12; // of which none has ten others and a copy around it

    private readonly EncoderOptions encoder = new(isRequired: false);
    private readonly Option<string?> images = Required(Options.Images("--images", "A folder of images, tar or Parquet files, or a list (.txt, .csv)."));
    private readonly Option<string?> test = Options.Images("--test", "Test images, of any of these kinds: name those that are in --images too. Needs --encoder.");
    private readonly ReportOption html = new();
    private readonly Option<double?> closeness = Options.Number(
        "--closeness", $"Up to which distance, in shares of that to other images, two are the same [default: {Duplicates.DefaultCloseness.ToString(CultureInfo.InvariantCulture)}].",
        "above 0 and below 1", share => share is > 0 and < 1);

    public DuplicatesVerb()
        : base(
            "duplicates", "Names images that are the same picture, mirrored ones too, and deletes none. Without --encoder: files with the same bytes alone.",
            "--images photos",
            "--images photos --encoder runs/simclr --test others")
    {
        Take([.. encoder.All, images, test, closeness, html.Option]);
        Command.Validators.Add(encoder.RequireFile);
        Command.Validators.Add(given =>
        {
            if (given.GetResult(test) is not null && !encoder.AreGiven(given))
                given.AddError("--test looks at features; give --encoder too.");
            if (given.GetResult(closeness) is not null && !encoder.AreGiven(given))
                given.AddError("--closeness is of features; give --encoder too.");
        });
    }

    protected override async Task<object> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        var photos = await ImageOpener.OpenAsync(given.GetValue(images)!, cancellation);
        if (!encoder.AreGiven(given.CommandResult))
        {
            if (photos.FileOf(0) is null)
                throw new ArgumentException("--images are not files of their own, which are all that is compared without an encoder; give --encoder too.");
            return Tell(given, photos, Duplicates.FindFiles(photos, cancellation), null, photos.Failures);
        }
        var limit = given.GetValue(closeness) ?? Duplicates.DefaultCloseness;
        using var network = encoder.Open(given);
        using var features = await FeatureReader.ReadAsync(network, photos, "reading images", cancellation);
        using var mirrored = await FeatureReader.ReadAsync(network, new MirroredImages(photos), "reading them mirrored", cancellation);
        var groups = Duplicates.Find(features, FeatureLayer.PooledName, photos, mirrored, limit, cancellationToken: cancellation);
        var leaks = given.GetValue(test) is { } place
            ? await FindLeaksAsync(network, await ImageOpener.OpenAsync(place, cancellation), features, photos, limit, cancellation)
            : null;
        return Tell(given, photos, groups, leaks, [.. photos.Failures, .. features.Failures, .. leaks?.Unreadable ?? []]);
    }

    private static async Task<Leaks> FindLeaksAsync(
        Encoder network, IImageSource tests, FeatureSet features, IImageSource photos, double limit, CancellationToken cancellation)
    {
        using var asked = await FeatureReader.ReadAsync(network, tests, "reading test images", cancellation);
        using var mirrored = await FeatureReader.ReadAsync(network, new MirroredImages(tests), "reading them mirrored", cancellation);
        var found = Duplicates.FindLeaks(asked, tests, features, photos, FeatureLayer.PooledName, mirrored, limit, cancellationToken: cancellation);
        return new(tests, found, [.. tests.Failures, .. asked.Failures]);
    }

    private object Tell(
        ParseResult given, IImageSource photos, IReadOnlyList<DuplicateGroup> groups, Leaks? leaks, IReadOnlyList<ImageFailure> unreadable)
    {
        Screen.Say(groups.Count == 0
            ? $"No picture is there twice among {photos.Count:N0} images."
            : $"Pictures that are there more than once among {photos.Count:N0} images: {groups.Count:N0}. The largest file of each stands first:");
        Listing.Show([.. groups.Select(group =>
            $"{Describe(group.Match, group.Closeness)}: {string.Join(", ", group.Images.OrderBy(image => image != group.Keep).Select(photos.NameOf))}")]);
        if (encoder.AreGiven(given.CommandResult) && photos.Count < FewImages)
            Screen.Say($"Among fewer than {FewImages} images only those of equal pixels are found for sure.");
        if (leaks is not null)
        {
            Screen.Say($"Test images that are among the images: {leaks.Images.Count:N0} of {leaks.Tests.Count:N0}.");
            Listing.Show([.. leaks.Images.Select(leak =>
                $"{Describe(leak.Match, leak.Closeness)}: {leaks.Tests.NameOf(leak.Test)} is {photos.NameOf(leak.Train)}")]);
        }
        html.Write(given, "Duplicates", page => leaks is null
            ? page.AddDuplicates(photos, groups)
            : page.AddDuplicates(photos, groups).AddLeaks(leaks.Tests, photos, leaks.Images));
        TellUnreadable(unreadable);
        return new
        {
            Images = photos.Count,
            Groups = groups.Select(group => new { Match = Name(group.Match), group.Closeness, Keep = photos.NameOf(group.Keep), Images = group.Images.Select(photos.NameOf) }),
            Leaks = (leaks?.Images ?? []).Select(leak => new { Test = leaks!.Tests.NameOf(leak.Test), Image = photos.NameOf(leak.Train), Match = Name(leak.Match), leak.Closeness }),
            Html = html.FileOf(given),
            Unreadable = unreadable,
        };
    }

    private static string Describe(DuplicateMatch match, double closeness) => match switch
    {
        DuplicateMatch.File => "the same file",
        DuplicateMatch.Pixels => "the same pixels",
        _ => string.Create(CultureInfo.InvariantCulture, $"near, closeness {closeness:F2}"),
    };

    private static string Name(DuplicateMatch match) => match.ToString().ToLowerInvariant();

    private sealed record Leaks(IImageSource Tests, IReadOnlyList<LeakedImage> Images, IReadOnlyList<ImageFailure> Unreadable);
}
