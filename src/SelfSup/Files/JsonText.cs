using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SelfSup.Files;

/// <summary>
/// The one style of the JSON that the library writes: keys in snake_case, numbers as numbers, those that are not finite as null, names of files
/// as they are.
/// </summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions LineStyle = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // no web page: a + and an é need no escape
        Converters = { new FiniteNumber<double>(), new FiniteNumber<float>() },
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

    private sealed class FiniteNumber<T> : JsonConverter<T>
        where T : struct, IBinaryFloatingPointIeee754<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => T.CreateChecked(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            if (T.IsFinite(value))
                writer.WriteRawValue(value.ToString(null, CultureInfo.InvariantCulture));
            else
                writer.WriteNullValue();
        }
    }
}
