using System.Globalization;
using System.Text.Json;
using SelfSup.Encoders;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>A classifier in one <c>.safetensors</c> file.</summary>
/// <remarks>
/// The tensors are <c>encoder.*</c> with torchvision's keys, <c>probe.weight</c> (K, D) and <c>probe.bias</c> (K). The metadata
/// is architecture, image_size, mean, std, stage, grid and classes (lists are JSON).
/// </remarks>
internal static class ClassifierFile
{
    private const string EncoderPrefix = "encoder.";
    private const string WeightName = "probe.weight";
    private const string BiasName = "probe.bias";

    /// <summary>Writes a classifier.</summary>
    public static void Write(string path, Encoder encoder, LinearHead head)
    {
        using var scope = NewDisposeScope();
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "pt",
            ["architecture"] = encoder.Architecture,
            ["image_size"] = encoder.ImageSize.ToString(CultureInfo.InvariantCulture),
            ["mean"] = JsonSerializer.Serialize(encoder.Normalization.Mean),
            ["std"] = JsonSerializer.Serialize(encoder.Normalization.Deviation),
            ["stage"] = head.Layer.Name,
            ["grid"] = head.Layer.Grid.ToString(CultureInfo.InvariantCulture),
            ["classes"] = JsonSerializer.Serialize(head.ClassNames),
        };
        var tensors = ModuleState.Collect(encoder, EncoderPrefix).ToDictionary();
        tensors[WeightName] = head.CreateWeights();
        tensors[BiasName] = head.CreateBias();
        SafetensorsFile.Write(path, tensors, metadata);
    }

    /// <summary>Reads a classifier; the encoder belongs to the caller.</summary>
    /// <exception cref="InvalidDataException">The file holds no classifier that fits.</exception>
    public static (Encoder Encoder, LinearHead Head) Read(string path, Func<Encoder>? createEncoder)
    {
        using var file = SafetensorsFile.Read(path);
        Encoder? encoder = null;
        try
        {
            encoder = createEncoder?.Invoke() ?? CreateEncoder(file.Metadata);
            CheckEncoder(encoder, file.Metadata);
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

    private static Encoder CreateEncoder(IReadOnlyDictionary<string, string> metadata) =>
        EncoderCatalog.Create(
            Text(metadata, "architecture"),
            Number(metadata, "image_size"),
            normalization: new Normalization(List<float>(metadata, "mean"), List<float>(metadata, "std")));

    private static void CheckEncoder(Encoder encoder, IReadOnlyDictionary<string, string> metadata)
    {
        var (architecture, size) = (Text(metadata, "architecture"), Number(metadata, "image_size"));
        if (encoder.Architecture != architecture || encoder.ImageSize != size)
        {
            throw new InvalidDataException(
                $"its encoder is {architecture} at {size} px, not {encoder.Architecture} at {encoder.ImageSize} px.");
        }
        if (!encoder.Normalization.Mean.SequenceEqual(List<float>(metadata, "mean"))
            || !encoder.Normalization.Deviation.SequenceEqual(List<float>(metadata, "std")))
            throw new InvalidDataException("its encoder has another normalisation.");
    }

    private static LinearHead ReadHead(Encoder encoder, SafetensorsFile file)
    {
        var classes = List<string>(file.Metadata, "classes");
        var (stage, grid) = (Text(file.Metadata, "stage"), Number(file.Metadata, "grid"));
        var layer = FeatureLayer.ListOf(encoder).FirstOrDefault(layer => layer.Name == stage && layer.Grid == grid)
            ?? throw new InvalidDataException($"its encoder has no stage '{stage}' on a grid of {grid}.");
        return new(layer, classes, Values(WeightName, classes.Length, layer.Length), Values(BiasName, classes.Length));

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
