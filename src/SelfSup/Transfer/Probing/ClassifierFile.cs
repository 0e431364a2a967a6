using System.Globalization;
using System.Text.Json;
using SelfSup.Encoders;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>A classifier in one <c>.safetensors</c> file.</summary>
/// <remarks>
/// The tensors are <c>encoder.*</c> with torchvision's keys, <c>probe.weight</c> (K, D) and <c>probe.bias</c> (K), and <c>probe.center</c>
/// (D) where the features' direction from a center is read. The metadata is the encoder file's, with stage, grid and classes (a JSON list).
/// </remarks>
internal static class ClassifierFile
{
    private const string EncoderPrefix = "encoder.";
    private const string WeightName = "probe.weight";
    private const string BiasName = "probe.bias";
    private const string CenterName = "probe.center";

    /// <summary>Writes a classifier.</summary>
    public static void Write(string path, Encoder encoder, LinearHead head)
    {
        using var scope = NewDisposeScope();
        var metadata = EncoderMetadata.Describe(encoder);
        metadata["stage"] = head.Layer.Name;
        metadata["grid"] = head.Layer.Grid.ToString(CultureInfo.InvariantCulture);
        metadata[EncoderMetadata.ClassesKey] = JsonSerializer.Serialize(head.ClassNames);
        var tensors = ModuleState.Collect(encoder, EncoderPrefix).ToDictionary();
        tensors[WeightName] = head.CreateWeights();
        tensors[BiasName] = head.CreateBias();
        if (head.CreateCenter() is { } center)
            tensors[CenterName] = center;
        SafetensorsFile.Write(path, tensors, metadata);
    }

    /// <summary>Reads a classifier; the encoder belongs to the caller.</summary>
    /// <exception cref="InvalidDataException">The file holds no classifier that fits.</exception>
    public static (Encoder Encoder, LinearHead Head) Read(string path, EncoderFactory? factory)
    {
        using var file = SafetensorsFile.Read(path);
        Encoder? encoder = null;
        try
        {
            if (!file.Metadata.ContainsKey(EncoderMetadata.ClassesKey))
            {
                throw new InvalidDataException(
                    $"its metadata lacks '{EncoderMetadata.ClassesKey}'; {nameof(EncoderFile)}.{nameof(EncoderFile.Load)} reads encoders, "
                    + $"which {nameof(LinearProbe)}.{nameof(LinearProbe.Fit)} makes classifiers of");
            }
            encoder = EncoderMetadata.CreateEncoder(file.Metadata, factory);
            var weights = file.Tensors.Where(pair => pair.Key.StartsWith(EncoderPrefix, StringComparison.Ordinal)).ToDictionary();
            ModuleState.Copy(weights, ModuleState.Collect(encoder, EncoderPrefix));
            return (encoder, ReadHead(encoder, file));
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or JsonException or FormatException or OverflowException)
        {
            encoder?.Dispose();
            throw new InvalidDataException($"'{path}' holds no classifier that fits: {e.Message}", e);
        }
        catch
        {
            encoder?.Dispose();
            throw;
        }
    }

    private static LinearHead ReadHead(Encoder encoder, SafetensorsFile file)
    {
        var classes = List<string>(file.Metadata, EncoderMetadata.ClassesKey);
        var (stage, grid) = (Text(file.Metadata, "stage"), Number(file.Metadata, "grid"));
        // The global average is there even where the last stage is a single place, which lists have once.
        var layer = FeatureLayer.ListOf(encoder).Append(FeatureLayer.Find(encoder, FeatureLayer.PooledName)).FirstOrDefault(layer => layer.Name == stage && layer.Grid == grid)
            ?? throw new InvalidDataException($"its encoder has no stage '{stage}' on a grid of {grid}.");
        return new(layer, classes, Values(WeightName, classes.Length, layer.Length), Values(BiasName, classes.Length))
        {
            Center = file.Tensors.ContainsKey(CenterName) ? Values(CenterName, layer.Length) : null,
        };

        float[] Values(string name, params long[] shape)
        {
            if (!file.Tensors.TryGetValue(name, out var tensor) || tensor.dtype != ScalarType.Float32 || !tensor.shape.SequenceEqual(shape))
                throw new InvalidDataException($"it lacks {name} as float32 [{string.Join(", ", shape)}].");
            return tensor.data<float>().ToArray();
        }
    }

    private static string Text(IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out var value) ? value : throw new InvalidDataException($"its metadata lacks '{key}'.");

    private static int Number(IReadOnlyDictionary<string, string> metadata, string key) =>
        int.Parse(Text(metadata, key), NumberStyles.None, CultureInfo.InvariantCulture);

    private static T[] List<T>(IReadOnlyDictionary<string, string> metadata, string key) =>
        JsonSerializer.Deserialize<T[]>(Text(metadata, key)) ?? [];
}
