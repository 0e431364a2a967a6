using System.Globalization;
using System.Reflection;
using System.Text.Json;
using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>Encoders in <c>.safetensors</c> files: torchvision's keys and shapes, and in the metadata how to build the encoder.</summary>
/// <remarks>
/// The metadata is architecture, stem, image_size, mean and std (JSON lists), task, selfsup_version and format ("pt").
/// </remarks>
public static class EncoderFile
{
    private const string BatchCounter = "num_batches_tracked";

    // The classifiers of torchvision's models, which an encoder does not have.
    private static readonly string[] ClassifierPrefixes = ["fc.", "classifier."];

    /// <summary>Writes an encoder; an existing file is replaced in one step.</summary>
    /// <param name="encoder">The encoder, on any device.</param>
    /// <param name="path">The file, <c>.safetensors</c> by custom; its folder is created if missing.</param>
    /// <param name="task">What the encoder was trained on, such as <c>rotation</c>; empty if untrained.</param>
    public static void Save(Encoder encoder, string path, string task = "")
    {
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "pt",
            ["architecture"] = encoder.Architecture,
            ["stem"] = NameOf(encoder.Stem),
            ["image_size"] = encoder.ImageSize.ToString(CultureInfo.InvariantCulture),
            ["mean"] = JsonSerializer.Serialize(encoder.Normalization.Mean),
            ["std"] = JsonSerializer.Serialize(encoder.Normalization.Deviation),
            ["task"] = task,
            ["selfsup_version"] = Version,
        };
        SafetensorsFile.Write(path, ModuleState.Collect(encoder, ""), metadata);
    }

    /// <summary>Builds the encoder that a file describes, with the file's weights.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <returns>The encoder on the CPU in training mode, owned by the caller.</returns>
    /// <exception cref="InvalidDataException">The file is malformed, or describes no encoder, or its weights do not fit.</exception>
    public static Encoder Load(string path)
    {
        using var file = SafetensorsFile.Read(path);
        var encoder = Create(file.Metadata, path);
        try
        {
            Restore(encoder, file.Tensors, path);
            return encoder;
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Copies weights from a file without our metadata, such as one of torchvision's.</summary>
    /// <param name="encoder">The encoder whose weights are replaced. Its image size must give it the file's stem.</param>
    /// <param name="path">The file. Its classifier (<c>fc.*</c>, <c>classifier.*</c>) is skipped, and it may lack batch counters.</param>
    /// <exception cref="InvalidDataException">The file is malformed, or its weights do not fit; the message names them.</exception>
    public static void LoadWeights(Encoder encoder, string path)
    {
        using var file = SafetensorsFile.Read(path);
        var weights = file.Tensors
            .Where(pair => !ClassifierPrefixes.Any(prefix => pair.Key.StartsWith(prefix, StringComparison.Ordinal)))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (var (name, counter) in ModuleState.Collect(encoder, ""))
        {
            if (name.EndsWith(BatchCounter, StringComparison.Ordinal))
                weights.TryAdd(name, counter);
        }
        Restore(encoder, weights, path);
    }

    private static string Version =>
        typeof(EncoderFile).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static string NameOf(Stem stem) => stem.ToString().ToLowerInvariant();

    private static Encoder Create(IReadOnlyDictionary<string, string> metadata, string path)
    {
        var architecture = Text("architecture");
        if (!EncoderCatalog.Names.Contains(architecture))
            throw Malformed(path, $"its architecture '{architecture}' is none of: {string.Join(", ", EncoderCatalog.Names)}");
        if (!int.TryParse(Text("image_size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size < 16)
            throw Malformed(path, $"its image_size '{Text("image_size")}' is no number from 16");
        if (Text("stem") != NameOf(StemSizes.For(size)))
            throw Malformed(path, $"its stem '{Text("stem")}' is not the '{NameOf(StemSizes.For(size))}' of images of {size} pixels");
        try
        {
            return EncoderCatalog.Create(architecture, size, normalization: new Normalization(Numbers("mean"), Numbers("std")));
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw Malformed(path, $"its mean or std is wrong: {e.Message}", e);
        }

        string Text(string key) =>
            metadata.TryGetValue(key, out var value)
                ? value
                : throw Malformed(path, $"its metadata lacks '{key}'; use {nameof(LoadWeights)} for files of other libraries");

        float[] Numbers(string key) => JsonSerializer.Deserialize<float[]>(Text(key)) ?? [];
    }

    private static void Restore(Encoder encoder, IReadOnlyDictionary<string, Tensor> tensors, string path)
    {
        try
        {
            ModuleState.Restore(encoder, tensors);
        }
        catch (InvalidDataException e)
        {
            throw Malformed(path, e.Message, e);
        }
    }

    private static InvalidDataException Malformed(string path, string problem, Exception? cause = null) =>
        new($"'{path}' holds no encoder that fits: {problem}", cause);
}
