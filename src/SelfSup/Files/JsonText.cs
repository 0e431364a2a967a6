using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SelfSup.Files;

/// <summary>The one style of the JSON that the library writes: keys in snake_case, numbers as numbers, names of files as they are.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions LineStyle = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // no web page: a + and an é need no escape
    };

    private static readonly JsonSerializerOptions DocumentStyle = new(LineStyle) { WriteIndented = true };

    /// <summary>Writes on one line, for files with an object a line.</summary>
    public static string Line(object content) => JsonSerializer.Serialize(content, LineStyle);

    /// <summary>Writes on many lines, for people.</summary>
    public static string Document(object content) => JsonSerializer.Serialize(content, DocumentStyle);

    /// <summary>Makes a part of another content.</summary>
    public static JsonNode Node(object content) => JsonSerializer.SerializeToNode(content, LineStyle)!;

    /// <summary>Writes a document to a file; an existing one is replaced in one step.</summary>
    public static void Save(string path, string document)
    {
        var text = Encoding.UTF8.GetBytes(document + "\n");
        AtomicFile.Write(path, stream => stream.Write(text));
    }
}
