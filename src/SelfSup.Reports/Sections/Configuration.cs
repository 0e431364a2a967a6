using System.Globalization;
using System.Text.Json.Nodes;

namespace SelfSup.Reports;

/// <summary>Settings by their groups: what precedes the first dot of a name.</summary>
internal static class Configuration
{
    private const string Ungrouped = "run";

    public static ReportSection Write(JsonObject settings)
    {
        var groups = settings.Where(setting => setting.Value is not (null or JsonArray { Count: 0 })).GroupBy(setting => GroupOf(setting.Key));
        var lists = groups.OrderByDescending(group => group.Key == Ungrouped).Select(group => Html.Of($"""
            <div><h3>{group.Key}</h3><dl>{group.Select(setting => Html.Of($"<div><dt>{NameOf(setting.Key)}</dt><dd>{Text(setting.Value)}</dd></div>"))}</dl></div>

            """));
        return new ReportSection("Configuration").Add(Html.Of($"<div class=\"settings\">{lists}</div>"));
    }

    /// <summary>A setting's value as text.</summary>
    public static string Text(JsonNode? value) => value switch
    {
        null => "-",
        JsonArray list => string.Join(", ", list.Select(Text)),
        JsonObject group => string.Join(", ", group.Select(setting => $"{setting.Key} {Text(setting.Value)}")),
        JsonValue number when number.TryGetValue<long>(out var whole) => whole.ToString(CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static string GroupOf(string key) => key.Split('.') is [var first, _, ..] parts
        ? first == "task" ? parts[1] : first
        : Ungrouped;

    private static string NameOf(string key)
    {
        var parts = key.Split('.');
        return string.Join(' ', parts.Skip(parts is ["task", _, _, ..] ? 2 : parts.Length > 1 ? 1 : 0)).Replace('_', ' ');
    }
}
