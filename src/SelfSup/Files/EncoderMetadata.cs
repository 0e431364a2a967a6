using System.Globalization;
using System.Reflection;
using System.Text.Json;
using SelfSup.Encoders;

namespace SelfSup.Files;

/// <summary>How to build an encoder, as the metadata of a file: architecture, stem, image_size, mean and std as JSON lists, and settings.</summary>
internal static class EncoderMetadata
{
    /// <summary>The entry by which Python's safetensors readers know files of PyTorch; other formats do without.</summary>
    public const string FormatKey = "format";

    /// <summary>The entry that a classifier's file has and an encoder's has not: the names of the classes as a JSON list.</summary>
    public const string ClassesKey = "classes";

    /// <summary>The entry of encoders that differ from others of their architecture: what <see cref="Encoder.Settings"/> says, in JSON.</summary>
    public const string SettingsKey = "settings";

    /// <summary>The library's version.</summary>
    public static string Version { get; } =
        typeof(EncoderMetadata).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Describes an encoder, for files that Python's safetensors readers take for PyTorch's.</summary>
    public static Dictionary<string, string> Describe(Encoder encoder)
    {
        var metadata = new Dictionary<string, string>
        {
            [FormatKey] = "pt",
            ["architecture"] = encoder.Architecture,
            ["stem"] = NameOf(encoder.Stem),
            ["image_size"] = encoder.ImageSize.ToString(CultureInfo.InvariantCulture),
        };
        Describe(encoder.Normalization, metadata);
        if (encoder.Settings.Count > 0)
        {
            metadata[SettingsKey] = JsonSerializer.Serialize(
                encoder.Settings.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .ToDictionary(pair => pair.Key, pair => Runtime.Settings.ValueOf(pair.Value)));
        }
        return metadata;
    }

    /// <summary>Adds a normalization to a description.</summary>
    public static void Describe(Normalization normalization, IDictionary<string, string> metadata)
    {
        metadata["mean"] = JsonSerializer.Serialize(normalization.Mean);
        metadata["std"] = JsonSerializer.Serialize(normalization.Deviation);
    }

    /// <summary>Reads a description's normalization; null if it has none.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static Normalization? ReadNormalization(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue("mean", out var mean) || !metadata.TryGetValue("std", out var deviation))
            return null;
        try
        {
            return new(JsonSerializer.Deserialize<float[]>(mean) ?? [], JsonSerializer.Deserialize<float[]>(deviation) ?? []);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"its mean or std is wrong: {e.Message}", e);
        }
    }

    /// <summary>Builds the encoder that a file's metadata describes, with fresh weights; owned by the caller.</summary>
    /// <param name="metadata">The file's metadata.</param>
    /// <param name="factory">Creates the encoder; null means the catalog.</param>
    /// <exception cref="InvalidDataException">
    /// An entry is missing or wrong, or the factory makes another encoder; the message says which.
    /// </exception>
    public static Encoder CreateEncoder(IReadOnlyDictionary<string, string> metadata, EncoderFactory? factory)
    {
        var architecture = Text("architecture");
        if (factory is null && !EncoderCatalog.Knows(architecture))
        {
            throw new InvalidDataException(
                $"its architecture '{architecture}' is none of: {string.Join(", ", EncoderCatalog.Names)}; make it known by "
                + $"{nameof(EncoderCatalog)}.{nameof(EncoderCatalog.Register)}, or give a factory that creates it");
        }
        if (!int.TryParse(Text("image_size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size < 16)
            throw new InvalidDataException($"its image_size '{Text("image_size")}' is no number from 16");
        var stems = Enum.GetValues<Stem>().ToDictionary(NameOf);
        if (!stems.TryGetValue(Text("stem"), out var stem))
            throw new InvalidDataException($"its stem '{Text("stem")}' is none of: {string.Join(", ", stems.Keys)}");
        var normalization = ReadNormalization(new Dictionary<string, string> { ["mean"] = Text("mean"), ["std"] = Text("std") })!;
        var encoder = factory is null ? CreateKnown(architecture, size, normalization, stem) : factory(size, 0, normalization, stem);
        encoder = Configure(encoder, metadata);
        if (factory is null)
            return encoder;
        try
        {
            Check(encoder, metadata);
            return encoder;
        }
        catch
        {
            encoder.Dispose();
            throw;
        }

        string Text(string key) =>
            metadata.TryGetValue(key, out var value)
                ? value
                : throw new InvalidDataException(
                    $"its metadata lacks '{key}'; use {nameof(EncoderFile.LoadWeights)} for files of other libraries");
    }

    /// <summary>Checks that an encoder is the one that a file's metadata describes.</summary>
    /// <exception cref="InvalidDataException">An entry is missing or differs; the message names it.</exception>
    public static void Check(Encoder encoder, IReadOnlyDictionary<string, string> metadata)
    {
        foreach (var (key, own) in Describe(encoder))
        {
            if (metadata.GetValueOrDefault(key) is var given && given != own)
                throw new InvalidDataException($"its {key} is {given ?? "missing"}, the encoder's is {own}");
        }
    }

    /// <summary>Replaces an encoder by one with the file's settings, if it has others.</summary>
    private static Encoder Configure(Encoder encoder, IReadOnlyDictionary<string, string> metadata)
    {
        var own = Describe(encoder).GetValueOrDefault(SettingsKey);
        var given = metadata.GetValueOrDefault(SettingsKey);
        if (own == given)
            return encoder;
        using (encoder)
        {
            try
            {
                var settings = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(given ?? "{}") ?? [];
                return encoder.WithSettings(settings.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()));
            }
            catch (Exception e) when (e is JsonException or ArgumentException)
            {
                throw new InvalidDataException($"its {SettingsKey} {given ?? "{}"} do not fit: {e.Message}", e);
            }
        }
    }

    private static Encoder CreateKnown(string architecture, int imageSize, Normalization normalization, Stem stem)
    {
        try
        {
            return EncoderCatalog.Create(architecture, imageSize, normalization: normalization, stem: EncoderCatalog.HasOneStem(architecture) ? null : stem);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"there is no such encoder: {e.Message}", e);
        }
    }

    private static string NameOf(Stem stem) => stem.ToString().ToLowerInvariant();
}
