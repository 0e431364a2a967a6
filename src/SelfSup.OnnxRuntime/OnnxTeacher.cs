using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using SelfSup.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.OnnxRuntime;

/// <summary>An ONNX model as a teacher, run by ONNX Runtime on the CPU.</summary>
/// <remarks>Where the student is on a GPU, every step brings its images to the CPU and the features back.</remarks>
public sealed class OnnxTeacher : ITeacher, IDisposable
{
    private const string UsualOutput = "features", LicenseKey = "license";
    private readonly InferenceSession session;
    private readonly Normalization normalization;
    private readonly bool isBgr;
    private readonly bool takesBytes;
    private readonly bool takesOne;
    private readonly string input;
    private readonly string output;

    /// <summary>Opens a model.</summary>
    /// <param name="path">The file, <c>.onnx</c> by custom.</param>
    /// <param name="options">What the file does not say of itself; null for nothing.</param>
    /// <exception cref="InvalidDataException">It is no model, or none of images; the message says what does not fit.</exception>
    public OnnxTeacher(string path, OnnxTeacherOptions? options = null)
    {
        options ??= new OnnxTeacherOptions();
        session = Open(path);
        try
        {
            (isBgr, normalization) = (options.IsBgr, options.Normalization ?? Normalization.ImageNet);
            (input, takesBytes, takesOne, ImageSize) = FindInput(path, options.ImageSize);
            output = FindOutput(path, options.Output);
            Settings = Describe(path, options);
            using var scope = NewDisposeScope();
            var (features, map) = Compute(zeros([1, 3, ImageSize, ImageSize], ScalarType.Byte, CPU));
            (FeatureCount, MapChannels) = ((int)features.shape[1], map is null ? 0 : (int)map.shape[1]);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <inheritdoc/>
    public int ImageSize { get; }

    /// <inheritdoc/>
    public int FeatureCount { get; }

    /// <inheritdoc/>
    public int MapChannels { get; }

    /// <inheritdoc/>
    public (Tensor Features, Tensor? Map) Compute(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var prepared = Prepare(images.cpu());
        var parts = takesOne ? prepared.split(1) : [prepared];
        var values = cat([.. parts.Select(Run)]).to(images.device); // (N, D) or (N, D, h, w)
        return values.dim() == 4 && values.shape[2] * values.shape[3] > 1
            ? (values.mean([2, 3]).MoveToOuterDisposeScope(), values.MoveToOuterDisposeScope())
            : (values.flatten(1).MoveToOuterDisposeScope(), null);
    }

    /// <summary>Closes the model.</summary>
    public void Dispose() => session.Dispose();

    private static InferenceSession Open(string path)
    {
        try
        {
            return new InferenceSession(path);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"'{path}' is no model that ONNX Runtime can run: {e.Message}", e);
        }
    }

    private (string Name, bool IsByte, bool IsSingle, int Size) FindInput(string path, int? size)
    {
        if (session.InputMetadata.Count != 1)
            throw new InvalidDataException($"'{path}' has {session.InputMetadata.Count} inputs; a teacher has one, of images.");
        var (name, input) = session.InputMetadata.First();
        var shape = input.Dimensions;
        if ((input.ElementType != typeof(float) && input.ElementType != typeof(byte)) || shape.Length != 4 || shape[1] != 3 || shape[0] > 1)
        {
            throw new InvalidDataException(
                $"The input '{name}' of '{path}' is {input.ElementType?.Name} ({string.Join(", ", shape)}); images are uint8 or float (N, 3, S, S), "
                + "with N open or 1.");
        }
        var side = shape[2] > 0 ? shape[2] : size;
        if (side is not >= 8 || (shape[3] > 0 && shape[3] != side) || (size is not null && size != side))
        {
            throw new InvalidDataException(
                $"The input '{name}' of '{path}' is ({string.Join(", ", shape)}), and the image size {(size is null ? "is not given" : $"is {size}")}: "
                + "give the side of its square images, at least 8 pixels.");
        }
        return (name, input.ElementType == typeof(byte), shape[0] == 1, side.Value);
    }

    private string FindOutput(string path, string? name)
    {
        var names = session.OutputNames;
        name ??= names.Contains(UsualOutput) ? UsualOutput : names[0];
        if (session.OutputMetadata.TryGetValue(name, out var found) && found.ElementType == typeof(float) && found.Dimensions.Length is 2 or 4)
            return name;
        throw new InvalidDataException(
            $"'{path}' has no output '{name}' of floats (N, D) or (N, D, h, w); its outputs are {string.Join(", ", names)}.");
    }

    private Dictionary<string, string> Describe(string path, OnnxTeacherOptions options)
    {
        using var file = File.OpenRead(path);
        var settings = new Dictionary<string, string>
        {
            // Of this file alone, not of weights that it keeps in a second one beside it.
            ["hash"] = Convert.ToHexStringLower(SHA256.HashData(file)),
            ["image_size"] = FormattableString.Invariant($"{ImageSize}"),
            ["output"] = output,
            ["channels"] = isBgr ? "bgr" : "rgb",
        };
        if (!takesBytes)
        {
            settings["mean"] = JsonSerializer.Serialize(normalization.Mean);
            settings["std"] = JsonSerializer.Serialize(normalization.Deviation);
        }
        if ((options.License ?? session.ModelMetadata.CustomMetadataMap.GetValueOrDefault(LicenseKey)) is { } license)
            settings[LicenseKey] = license;
        return settings;
    }

    private Tensor Prepare(Tensor images)
    {
        var levels = takesBytes
            ? images.dtype == ScalarType.Byte ? images : images.mul(255).add(0.5).clamp(0, 255).to(ScalarType.Byte)
            : normalization.Apply(images);
        return (isBgr ? levels.flip(1) : levels).contiguous();
    }

    private Tensor Run(Tensor images)
    {
        using var pixels = takesBytes
            ? OrtValue.CreateTensorValueFromMemory(images.data<byte>().ToArray(), images.shape)
            : OrtValue.CreateTensorValueFromMemory(images.data<float>().ToArray(), images.shape);
        using var options = new RunOptions();
        using var results = session.Run(options, [input], [pixels], [output]);
        return tensor(results[0].GetTensorDataAsSpan<float>().ToArray(), results[0].GetTensorTypeAndShape().Shape, device: CPU);
    }
}
