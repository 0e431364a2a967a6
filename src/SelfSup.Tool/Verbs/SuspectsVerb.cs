using System.CommandLine;
using System.Globalization;
using SelfSup.Curation;
using SelfSup.Data;
using SelfSup.Reports;
using SelfSup.Samples;
using SelfSup.Transfer;

namespace SelfSup.Tool.Verbs;

/// <summary>Names labels that are probably wrong. It changes none.</summary>
internal sealed class SuspectsVerb : Verb
{
    private readonly EncoderOptions encoder = new();
    private readonly Option<string?> labeled = Required(Options.Images("--labeled", "Labeled images: a folder of one sub-folder a class, tar or Parquet files, or a .csv list."));
    private readonly ReportOption html = new();

    public SuspectsVerb()
        : base("suspects", "Names labels that are probably wrong, the most suspect first, and changes none.", "--encoder runs/simclr --labeled labeled") =>
        Take([.. encoder.All, labeled, html.Option]);

    protected override async Task<object> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        using var network = encoder.Open(given);
        var images = await ImageOpener.OpenLabeledAsync(given.GetValue(labeled)!, cancellation);
        using var features = await FeatureReader.ReadAsync(network, images, "reading images", cancellation);
        var issues = await Screen.TrackAsync(line => Task.Run(
            () => LabelIssues.Find(features, FeatureLayer.PooledName, images, progress: new ShareProgress(line, "judging labels"), cancellationToken: cancellation),
            cancellation));
        JudgedLabel[] suspects = [.. issues.Suspects];
        Screen.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"Labels to look at: {suspects.Length:N0} of {issues.Ranking.Count:N0}, the most suspect first. A classifier that never saw an image gives its label in {100 * issues.Accuracy:F1} % of all; if that is low, suspicions mean little."));
        Listing.Show([.. suspects.Select(suspect => $"{images.NameOf(suspect.Image)}: {NameOf(suspect.Label)}, rather {NameOf(suspect.Suggested)}")]);
        html.Write(given, "Suspect labels", page => page.AddLabelIssues(images, issues));
        ImageFailure[] unreadable = [.. images.Failures, .. features.Failures];
        TellUnreadable(unreadable);
        return new
        {
            Images = issues.Ranking.Count,
            issues.Accuracy,
            Suspects = suspects.Select(suspect => new
            {
                Image = images.NameOf(suspect.Image),
                Label = NameOf(suspect.Label),
                Suggested = NameOf(suspect.Suggested),
                suspect.Confidence,
            }),
            Html = html.FileOf(given),
            Unreadable = unreadable,
        };

        string NameOf(int label) => images.ClassNames[label];
    }
}
