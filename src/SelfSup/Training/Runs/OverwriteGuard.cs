using System.Text.Json;
using System.Text.Json.Nodes;

namespace SelfSup.Training;

/// <summary>Keeps a run from replacing files that it did not write, and the results of a finished run.</summary>
internal static class OverwriteGuard
{
    private static readonly string[] Results = ["encoder.safetensors", "report.json"];
    private static readonly string[] Others = ["configuration.json", "metrics.jsonl", "non-finite.jsonl"];

    /// <summary>Checks a folder in which a run is about to begin.</summary>
    /// <param name="folder">The folder; it has no checkpoint.</param>
    /// <exception cref="InvalidOperationException">It has files that the run would replace.</exception>
    public static void Check(string folder)
    {
        var isOfARun = IsConfiguration(Path.Combine(folder, "configuration.json"));
        string[] names = isOfARun ? Results : [.. Results, .. Others];
        var inTheWay = names.Where(name => File.Exists(Path.Combine(folder, name)))
            .Concat(isOfARun ? [] : Directory.EnumerateFiles(Path.Combine(folder, "previews"), "*.png").Select(Path.GetFileName));
        if (inTheWay.FirstOrDefault() is { } name)
        {
            throw new InvalidOperationException(
                $"The run folder {folder} has a {name} {(isOfARun ? "of a finished run" : "that is of no run")}, which would be replaced. "
                + "Choose another folder.");
        }
    }

    private static bool IsConfiguration(string path)
    {
        try
        {
            return File.Exists(path) && JsonNode.Parse(File.ReadAllText(path)) is JsonObject content
                && content.ContainsKey("tasks") && content.ContainsKey("resumes");
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
