using System.Text.Json;
using System.Text.Json.Nodes;

namespace SelfSup.Reports;

/// <summary>What a run of pretraining left in its folder.</summary>
public static class RunSections
{
    private const int MostNamed = 20;
    private const int PreviewWidth = 1400;
    private const int MostPreviewBytes = 250_000;

    /// <summary>
    /// Adds how a run went: what it ended with, its warnings, the curves of its metrics, its previews, and its configuration. A run that still
    /// goes on or that was stopped is shown as far as it came.
    /// </summary>
    /// <param name="report">The report.</param>
    /// <param name="runFolder">The run's folder.</param>
    /// <returns>The report, to add more.</returns>
    /// <exception cref="ArgumentException">The folder holds no run.</exception>
    /// <exception cref="InvalidDataException">A file of the run is damaged; the message names it.</exception>
    public static HtmlReport AddRun(this HtmlReport report, string runFolder)
    {
        var configuration = Read(Path.Combine(runFolder, "configuration.json"))
            ?? throw new ArgumentException($"'{runFolder}' holds no run: there is no configuration.json in it.", nameof(runFolder));
        var metrics = RunMetrics.Read(Path.Combine(runFolder, "metrics.jsonl"));
        var end = Read(Path.Combine(runFolder, "report.json"));
        if (end is not null && StepsOf(end) < LastStepOf(metrics))
            end = null; // of an end from which the run went on
        report.Add(Summarize(configuration, end, metrics));
        if (metrics.Count > 0)
            report.Add(Plot(metrics));
        var previews = Path.Combine(runFolder, "previews");
        var files = Directory.Exists(previews) ? Directory.GetFiles(previews, "*.png").Order(StringComparer.Ordinal).ToArray() : [];
        if (files.Length > 0)
            report.Add(Show(files));
        return report.Add(Configuration.Write(configuration));
    }

    private static ReportSection Summarize(JsonObject configuration, JsonObject? end, IReadOnlyList<RunMetric> metrics)
    {
        var section = new ReportSection("Run");
        section.AddFigures([
            ("task", string.Join(", ", (configuration["tasks"] as JsonArray)?.Select(Configuration.Text) ?? [])),
            ("encoder", $"{Configuration.Text(configuration["encoder.architecture"])}, {Configuration.Text(configuration["encoder.image_size"])} px"),
            ("images", configuration["images.count"] is JsonValue count && count.TryGetValue<long>(out var images) ? Figure.Count(images) : "-"),
            ("steps", Figure.Count(LastStepOf(metrics))),
            .. LastOf(end, metrics).Select(metric => (metric.Name, Value: RunMetric.Format(metric.Name, metric.Value))),
        ]);
        if (end is null)
            return section.AddWarnings(["The run has not come to its end; this is how far it is."]);
        section.AddText($"Figures are means over the last epoch. Images: {Configuration.Text(end["images"])}.");
        section.AddWarnings((end["warnings"] as JsonArray)?.OfType<JsonObject>().Select(warning => Configuration.Text(warning["message"])) ?? []);
        var unreadable = (end["unreadable_images"] as JsonArray)?.OfType<JsonObject>().ToArray() ?? [];
        if (unreadable.Length == 0)
            return section;
        section.AddHeading($"Unreadable images: {Figure.Count(unreadable.Length)}");
        section.AddTable(["image", "why"], unreadable.Take(MostNamed).Select(failure => (string[])[Configuration.Text(failure["name"]), Configuration.Text(failure["reason"])]), words: 2);
        return unreadable.Length > MostNamed ? section.AddText($"And {Figure.Count(unreadable.Length - MostNamed)} more, which the run's report.json names.") : section;
    }

    private static IEnumerable<(string Name, double Value)> LastOf(JsonObject? end, IReadOnlyList<RunMetric> metrics) =>
        (end?["metrics"] as JsonObject)?
            .Where(metric => IsTelling(metric.Key) && metric.Value is JsonValue value && value.TryGetValue<double>(out _))
            .Select(metric => (RunMetric.NameOf(metric.Key), metric.Value!.GetValue<double>()))
            ?? metrics.Where(metric => IsTelling(metric.Key)).Select(metric => (metric.Name, metric.Points[^1].Y));

    private static long LastStepOf(IReadOnlyList<RunMetric> metrics) => (long)metrics.Select(metric => metric.Points[^1].X).DefaultIfEmpty(0).Max();

    private static long StepsOf(JsonObject end) => end["steps"] is JsonValue value && value.TryGetValue<long>(out var steps) ? steps : long.MaxValue;

    private static bool IsTelling(string key) => key.EndsWith("/loss", StringComparison.Ordinal) || RunMetric.IsShare(key);

    private static ReportSection Plot(IReadOnlyList<RunMetric> metrics)
    {
        var section = new ReportSection("Curves");
        if (metrics.Any(metric => metric.IsCondensed))
            section.AddText("Lines are means over some steps, with the smallest and the largest of these around them.");
        return section.Add(Html.Of($"<div class=\"charts\">{metrics.Select(metric => ChartDrawing.Draw(metric.ToChart(), 480, 250))}</div>"));
    }

    private static ReportSection Show(string[] previews)
    {
        var section = new ReportSection("Previews").AddText("What the tasks make of some images, and what the model answers.");
        foreach (var file in previews)
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (Thumbnail.ReadFile(file, PreviewWidth, MostPreviewBytes) is var (uri, width, height))
                section.Add(Html.Of($"<figure class=\"preview\"><img src=\"{Html.Raw(uri)}\" alt=\"Preview of the task {name}\" width=\"{width}\" height=\"{height}\"><figcaption>{name}</figcaption></figure>\n"));
        }
        return section;
    }

    private static JsonObject? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new InvalidDataException($"'{path}' is not of a run.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is damaged: {e.Message}", e);
        }
    }
}
