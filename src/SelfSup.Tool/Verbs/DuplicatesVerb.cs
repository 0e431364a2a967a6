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
    private readonly EncoderOptions encoder = new(isRequired: false);
    private readonly Option<string?> images = Required(Options.ExistingFolder("--images", "Folder of images, at any depth."));
    private readonly Option<string?> test = Options.ExistingFolder("--test", "Folder of test images: name those that are in --images too. Needs --encoder.");
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
        Command.Validators.Add(given =>
        {
            if (given.GetResult(test) is not null && !encoder.AreGiven(given))
                given.AddError("--test looks at features; give --encoder too.");
        });
    }

    protected override async Task<object> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        var photos = ImageFolder.Open(given.GetValue(images)!);
        if (!encoder.AreGiven(given.CommandResult))
            return Describe(given, Duplicates.FindFiles(photos, cancellation), photos, [], photos.Failures);
        var limit = given.GetValue(closeness) ?? Duplicates.DefaultCloseness;
        using var network = encoder.Open(given);
        using var features = await FeatureReader.ReadAsync(network, photos, "reading images", cancellation);
        using var mirrored = await FeatureReader.ReadAsync(network, new MirroredImages(photos), "reading them mirrored", cancellation);
        var groups = Duplicates.Find(features, FeatureLayer.PooledName, photos, mirrored, limit, cancellationToken: cancellation);
        object[] leaks = given.GetValue(test) is { } folder ? await FindLeaksAsync(network, ImageFolder.Open(folder), features, photos, limit, cancellation) : [];
        ImageFailure[] unreadable = [.. photos.Failures, .. features.Failures];
        TellUnreadable(unreadable);
        return Describe(given, groups, photos, leaks, unreadable);
    }

    private static async Task<object[]> FindLeaksAsync(
        Encoder network, ImageFolder tests, FeatureSet features, ImageFolder photos, double limit, CancellationToken cancellation)
    {
        using var asked = await FeatureReader.ReadAsync(network, tests, "reading test images", cancellation);
        using var mirrored = await FeatureReader.ReadAsync(network, new MirroredImages(tests), "reading them mirrored", cancellation);
        var leaks = Duplicates.FindLeaks(asked, tests, features, photos, FeatureLayer.PooledName, mirrored, limit, cancellationToken: cancellation);
        Screen.Say($"{leaks.Count:N0} of {tests.Count:N0} test images are among the images:");
        Listing.Show([.. leaks.Select(leak => $"{Name(leak.Match)}: {tests.NameOf(leak.Test)} is {photos.NameOf(leak.Train)}")]);
        TellUnreadable([.. tests.Failures, .. asked.Failures]);
        return [.. leaks.Select(leak => new { Test = tests.NameOf(leak.Test), Image = photos.NameOf(leak.Train), Match = Name(leak.Match), leak.Closeness })];
    }

    private object Describe(
        ParseResult given, IReadOnlyList<DuplicateGroup> groups, ImageFolder photos, object[] leaks, IReadOnlyList<ImageFailure> unreadable)
    {
        Screen.Say($"{groups.Count:N0} {(groups.Count == 1 ? "picture is" : "pictures are")} there more than once among {photos.Count:N0} images. The first file of each line is the largest:");
        Listing.Show([.. groups.Select(group => string.Create(
            CultureInfo.InvariantCulture,
            $"{Name(group.Match)}, {group.Closeness:F2}: {string.Join(", ", group.Images.OrderBy(image => image != group.Keep).Select(photos.NameOf))}"))]);
        html.Write(given, "Duplicates", page => page.AddDuplicates(photos, groups));
        return new
        {
            Images = photos.Count,
            Groups = groups.Select(group => new { Match = Name(group.Match), group.Closeness, Keep = photos.NameOf(group.Keep), Images = group.Images.Select(photos.NameOf) }),
            Leaks = leaks,
            Html = html.FileOf(given),
            Unreadable = unreadable,
        };
    }

    private static string Name(DuplicateMatch match) => match.ToString().ToLowerInvariant();
}
