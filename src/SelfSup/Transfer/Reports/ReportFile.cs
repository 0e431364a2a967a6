using System.Text;
using System.Text.Json;
using SelfSup.Files;

namespace SelfSup.Transfer;

/// <summary>Reports as JSON with keys in snake_case.</summary>
internal static class ReportFile
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static string Serialize(object report) => JsonSerializer.Serialize(report, Json);

    /// <summary>Writes JSON to a file; an existing one is replaced in one step.</summary>
    public static void Save(string path, string json)
    {
        var text = Encoding.UTF8.GetBytes(json + "\n");
        AtomicFile.Write(path, stream => stream.Write(text));
    }
}
