using System.CommandLine;
using System.Globalization;
using SelfSup.Curation;
using SelfSup.Data;
using SelfSup.Samples;
using SelfSup.Transfer;

namespace SelfSup.Tool.Verbs;

/// <summary>Finds the images that look most like others.</summary>
internal sealed class SearchVerb : Verb
{
    private readonly Argument<string[]> queries = new("query") { Description = "Images to look for the like of.", Arity = ArgumentArity.OneOrMore };
    private readonly EncoderOptions encoder = new();
    private readonly Option<string?> images = Required(Options.Images("--images", "What to search: a folder of images, tar or Parquet files, or a list (.txt, .csv)."));
    private readonly Option<int?> count = Options.Whole("--count", "How many to find for each.", 1, 1_000_000, 10);

    public SearchVerb()
        : base("search", "Finds the images that look most like others.", "photo.jpg --images photos --encoder runs/simclr --count 5")
    {
        GivenPaths.MustBeFiles(queries);
        Command.Add(queries);
        Take([.. encoder.All, images, count]);
    }

    protected override async Task<object> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        using var network = encoder.Open(given);
        var layer = FeatureLayer.Find(network, FeatureLayer.PooledName);
        var photos = await ImageOpener.OpenAsync(given.GetValue(images)!, cancellation);
        using var features = await FeatureReader.ReadAsync(network, photos, "reading images", cancellation, layer);
        var search = new ImageSearch(features, layer);
        var results = new List<object>();
        foreach (var query in given.GetValue(queries)!)
        {
            cancellation.ThrowIfCancellationRequested();
            var hits = search.Find(network, query, given.GetValue(count)!.Value);
            Screen.Say($"Most like {query}, with the cosine of their features:");
            Listing.Show([.. hits.Select(hit => string.Create(CultureInfo.InvariantCulture, $"{hit.Similarity:F3}  {photos.NameOf(hit.Image)}"))]);
            results.Add(new { Query = query, Hits = hits.Select(hit => new { Image = photos.NameOf(hit.Image), hit.Similarity }) });
        }
        ImageFailure[] unreadable = [.. photos.Failures, .. features.Failures];
        TellUnreadable(unreadable);
        return new { Results = results, Unreadable = unreadable };
    }
}
