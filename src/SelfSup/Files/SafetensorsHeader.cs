using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace SelfSup.Files;

/// <summary>What the header says of one tensor: its element type, its shape, and where its bytes lie after the header.</summary>
internal sealed record SafetensorsEntry(string Name, SafetensorsType Type, long[] Shape, long Start, long End);

/// <summary>The validated head of a safetensors file: user metadata, and entries that cover the data without gap or overlap.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The longest header, in bytes, that the format allows.</summary>
    public const int LengthLimit = 100_000_000;

    private const string MetadataKey = "__metadata__";
    private const int PrefixLength = 8; // the header's length, little endian

    /// <summary>Creates a header from entries that lie one after another.</summary>
    public SafetensorsHeader(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsEntry> entries)
    {
        Metadata = metadata;
        Entries = entries;
    }

    /// <summary>Free texts about the file.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>Whether a tensor may have this name.</summary>
    public static bool IsTensorName(string name) => name != MetadataKey;

    /// <summary>Writes the length and the header, padded so that the data starts at a multiple of 8 bytes.</summary>
    public void Write(Stream stream)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            WriteJson(json);
        var padding = -buffer.WrittenCount & 7;
        if (buffer.WrittenCount + padding > LengthLimit)
            throw new ArgumentException($"The names and the metadata take {buffer.WrittenCount} bytes; the format allows {LengthLimit}.");
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        Span<byte> prefix = stackalloc byte[PrefixLength];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, buffer.WrittenCount);
        stream.Write(prefix);
        stream.Write(buffer.WrittenSpan);
    }

    /// <summary>Reads and checks the header; the stream then stands at the first byte of the data.</summary>
    /// <exception cref="InvalidDataException">The header is malformed; the message says how, without the file's name.</exception>
    public static SafetensorsHeader Read(Stream stream)
    {
        var available = stream.Length - PrefixLength;
        if (available < 0)
            throw new InvalidDataException($"the file has {stream.Length} bytes, too few for the header's length.");
        Span<byte> prefix = stackalloc byte[PrefixLength];
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LengthLimit || length > (ulong)available)
            throw new InvalidDataException($"the header claims {length} bytes; {available} follow and {LengthLimit} are allowed.");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        try
        {
            return Parse(bytes, available - bytes.Length);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            throw new InvalidDataException($"the header is no valid JSON: {e.Message}", e);
        }
    }

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Metadata.Count > 0)
        {
            json.WriteStartObject(MetadataKey);
            foreach (var (key, value) in Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                json.WriteString(key, value);
            json.WriteEndObject();
        }
        foreach (var entry in Entries)
        {
            json.WriteStartObject(entry.Name);
            json.WriteString("dtype", entry.Type.Name);
            WriteNumbers(json, "shape", entry.Shape);
            WriteNumbers(json, "data_offsets", [entry.Start, entry.End]);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, long[] values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static SafetensorsHeader Parse(byte[] bytes, long dataLength)
    {
        if (bytes.Length == 0 || bytes[0] != '{')
            throw new InvalidDataException("the header does not start with '{'; this is no safetensors file.");
        _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(bytes);
        using var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var entries = new List<SafetensorsEntry>();
        foreach (var property in json.RootElement.EnumerateObject())
        {
            if (property.Name == MetadataKey)
                ParseMetadata(property.Value, metadata);
            else
                entries.Add(ParseEntry(property.Name, property.Value));
        }
        entries.Sort((a, b) => (a.Start, a.End).CompareTo((b.Start, b.End)));
        CheckCover(entries, dataLength);
        return new SafetensorsHeader(metadata, entries);
    }

    private static void ParseMetadata(JsonElement json, Dictionary<string, string> metadata)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"{MetadataKey} is no object.");
        foreach (var property in json.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                throw new InvalidDataException($"the metadata '{property.Name}' is no text.");
            metadata.Add(property.Name, property.Value.GetString()!);
        }
    }

    private static SafetensorsEntry ParseEntry(string name, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || json.EnumerateObject().Count() != 3)
            throw Malformed(name, "is described by something else than dtype, shape and data_offsets");
        if (!json.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String)
            throw Malformed(name, "has no dtype");
        var type = SafetensorsType.Named(dtype.GetString()!);
        var shape = ParseNumbers(name, json, "shape");
        var offsets = ParseNumbers(name, json, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1])
            throw Malformed(name, $"has the data_offsets [{string.Join(", ", offsets)}]");
        if (ByteCount(shape, type.Size) is not { } count)
            throw Malformed(name, $"has the impossible shape [{string.Join(", ", shape)}]");
        if (type.Type is not null && count != offsets[1] - offsets[0])
            throw Malformed(name, $"needs {count} bytes for [{string.Join(", ", shape)}] {type.Name}, not {offsets[1] - offsets[0]}");
        return new SafetensorsEntry(name, type, shape, offsets[0], offsets[1]);
    }

    private static long[] ParseNumbers(string name, JsonElement json, string key)
    {
        if (!json.TryGetProperty(key, out var array) || array.ValueKind != JsonValueKind.Array)
            throw Malformed(name, $"has no {key}");
        return [.. array.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var value) && value >= 0
                ? value
                : throw Malformed(name, $"has {key} that are no whole numbers from 0"))];
    }

    /// <summary>Length in bytes; null when it overflows, be it only beside a dimension of 0, for strides overflow then too.</summary>
    private static long? ByteCount(long[] shape, int size)
    {
        Int128 product = size;
        foreach (var side in shape)
        {
            product *= Math.Max(side, 1);
            if (product > long.MaxValue)
                return null;
        }
        return shape.Contains(0) ? 0 : (long)product;
    }

    private static void CheckCover(List<SafetensorsEntry> entries, long dataLength)
    {
        long end = 0;
        foreach (var entry in entries)
        {
            if (entry.Start != end)
                throw Malformed(entry.Name, $"starts at byte {entry.Start} of the data, but the tensor before it ends at {end}");
            end = entry.End;
        }
        if (end != dataLength)
            throw new InvalidDataException($"the tensors take {end} bytes, but {dataLength} follow the header.");
    }

    private static InvalidDataException Malformed(string name, string problem) => new($"the tensor '{name}' {problem}.");
}
