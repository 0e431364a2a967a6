using System.CommandLine;
using SelfSup.Data;
using SelfSup.Files;
using SelfSup.Reports;
using SelfSup.Samples;
using SelfSup.Transfer;

namespace SelfSup.Tool.Verbs;

/// <summary>Writes a run as an HTML file.</summary>
internal sealed class ReportVerb : Verb
{
    private readonly Argument<string> run = new("run") { Description = "Run folder that selfsup pretrain wrote." };
    private readonly Option<string?> images = Options.Images("--images", "Images, a folder, tar or Parquet files, or a list (.txt, .csv): add a map of them, by the run's encoder.");
    private readonly Option<string?> output = Options.NewFile("--output", "Write the report here [default: report.html in the run folder].");

    public ReportVerb()
        : base("report", "Writes a run as an HTML file: curves, previews, warnings, configuration.", "runs/simclr", "runs/simclr --images photos --output simclr.html")
    {
        run.Validators.Add(given =>
        {
            if (given.Tokens.FirstOrDefault() is { } folder && !RunFolders.HasRun(folder.Value))
                given.AddError($"The run is '{folder.Value}'; it must be a run folder that is there.");
        });
        Command.Add(run);
        Take(images, output);
    }

    protected override async Task<object> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var folder = given.GetValue(run)!;
        var file = given.GetValue(output) ?? Path.Combine(folder, "report.html");
        if (Path.Exists(file))
            throw new IOException($"{file} is there already. Give another --output, or remove it.");
        var report = new HtmlReport(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))).AddRun(folder);
        ImageFailure[] unreadable = given.GetValue(images) is { } place
            ? await AddMapAsync(report, folder, await ImageOpener.OpenAsync(place, cancellation), cancellation)
            : [];
        ReportOption.Write(file, report);
        return new { File = file, Unreadable = unreadable };
    }

    private static async Task<ImageFailure[]> AddMapAsync(HtmlReport report, string folder, IImageSource photos, CancellationToken cancellation)
    {
        using var encoder = EncoderFile.Load(Path.Combine(folder, "encoder.safetensors"));
        using var features = await FeatureReader.ReadAsync(encoder, photos, "reading images", cancellation);
        report.AddMap(photos, features, FeatureLayer.PooledName);
        ImageFailure[] unreadable = [.. photos.Failures, .. features.Failures];
        TellUnreadable(unreadable);
        return unreadable;
    }
}
