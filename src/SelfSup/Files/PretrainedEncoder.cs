using System.Globalization;
using SelfSup.Encoders;

namespace SelfSup.Files;

/// <summary>What a caller asks of an encoder that is made of a file.</summary>
/// <param name="ImageSize">Side of the images; null for the file's.</param>
/// <param name="Architecture">The architecture; null for the file's.</param>
/// <param name="Prefix">Which of several sets of weights.</param>
/// <param name="Normalization">Pixel statistics; null for the file's.</param>
internal sealed record PretrainedRequest(int? ImageSize, string? Architecture, string? Prefix, Normalization? Normalization);

/// <summary>Makes an encoder of a file of weights: finds out which, and how its pixels are normalized.</summary>
internal static class PretrainedEncoder
{
    private const int UsualSize = 224;
    private const string SizeKey = "image_size";

    /// <summary>Creates the encoder.</summary>
    /// <returns>The encoder, owned by the caller, and what was taken.</returns>
    /// <exception cref="ArgumentException">There is no such architecture, or it takes no such images.</exception>
    /// <exception cref="InvalidDataException">No encoder fits; the message names no file.</exception>
    public static (Encoder Encoder, LoadedWeights Loaded) Create(NamedWeights file, PretrainedRequest request)
    {
        var candidates = ListCandidates(file, request);
        if (candidates.Count == 0)
        {
            throw new InvalidDataException(
                $"its weights do not show what they are of; name the architecture, one of {string.Join(", ", EncoderCatalog.Names)}.");
        }
        WeightSet? nearest = null;
        ArgumentException? refusal = null;
        foreach (var create in candidates)
        {
            Encoder? encoder = null;
            try
            {
                encoder = create();
                var set = WeightLoading.Compare(encoder, file);
                if (set.Problems.Count == 0)
                    return (encoder, WeightLoading.Load(encoder, file, request.Prefix, NoteNormalization(encoder, file, request)));
                nearest = nearest is null || set.Weights.Count > nearest.Weights.Count ? set : nearest;
                encoder.Dispose();
            }
            catch (Exception e)
            {
                encoder?.Dispose();
                if (e is not ArgumentException refused || encoder is not null)
                    throw;
                refusal = refused; // not every architecture has every stem
            }
        }
        throw nearest is null ? refusal! : new InvalidDataException($"The weights do not fit: {ModuleState.Summarize(nearest.Problems)}.");
    }

    private static IReadOnlyList<Func<Encoder>> ListCandidates(NamedWeights file, PretrainedRequest request)
    {
        if (file.Metadata.TryGetValue("architecture", out var own) && (request.Architecture ?? own) == own)
            return [() => EncoderMetadata.CreateEncoder(Describe(file, request), null)];
        var factories = request.Architecture is { } asked
            ? EncoderCatalog.WithEveryStem(asked)
            : EncoderRecognition.Find([.. file.All.Select(weight => new WeightShape(weight.Name, weight.Shape))]);
        var size = request.ImageSize ?? SizeOf(file);
        var normalization = request.Normalization ?? file.Onnx?.Input.Normalization ?? EncoderMetadata.ReadNormalization(file.Metadata);
        return [.. factories.Select(Func<Encoder> (factory) => () => factory(size, 0, normalization, null))];
    }

    // The file's own stem goes with any image size.
    private static Dictionary<string, string> Describe(NamedWeights file, PretrainedRequest request)
    {
        var metadata = file.Metadata.ToDictionary();
        if (request.ImageSize is { } size)
            metadata[SizeKey] = size.ToString(CultureInfo.InvariantCulture);
        if (request.Normalization is { } normalization)
            EncoderMetadata.Describe(normalization, metadata);
        return metadata;
    }

    private static int SizeOf(NamedWeights file) =>
        file.Metadata.TryGetValue(SizeKey, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : file.Onnx?.Input.Side ?? UsualSize;

    private static string NoteNormalization(Encoder encoder, NamedWeights file, PretrainedRequest request)
    {
        var numbers = string.Create(
            CultureInfo.InvariantCulture,
            $"mean {string.Join(", ", encoder.Normalization.Mean.Select(Short))} and deviation {string.Join(", ", encoder.Normalization.Deviation.Select(Short))}");
        if (request.Normalization is not null)
            return $"Pixels are normalized by {numbers}, as was asked for.";
        if (file.Onnx is { Input.Normalization: not null } model)
            return $"Pixels are normalized by {numbers}, as {model.InputSource} has it{(model.Input.IsRgb ? "" : ", and the first layer was brought from its order of colors to red, green and blue")}.";
        return file.Metadata.ContainsKey("mean")
            ? $"Pixels are normalized by the file's {numbers}."
            : $"Pixels are normalized by {numbers}; the file does not say by what.";

        static string Short(float number) => number.ToString("0.####", CultureInfo.InvariantCulture);
    }
}
