using System.Globalization;
using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;

namespace SelfSup.Extensions.AI;

/// <summary>An encoder's ONNX file as SelfSup exports it. The model normalizes the pixels itself.</summary>
internal sealed class ExportedEncoder : IDisposable
{
    private const string Output = "features", SizeEntry = "image_size", ArchitectureEntry = "architecture", RangeEntry = "input_range";
    private const string Advice = "Export an encoder with OnnxFile.Export of SelfSup.";
    private readonly string input;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">ONNX Runtime's options; null for none.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no exported encoder; the message says what does not fit.</exception>
    public ExportedEncoder(string path, SessionOptions? options)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no encoder file '{path}'.", path);
        Session = Open(path, options);
        try
        {
            ImageSize = ReadImageSize(path);
            input = FindInput(path);
            FeatureCount = CountFeatures(path);
            Name = $"{Session.ModelMetadata.CustomMetadataMap.GetValueOrDefault(ArchitectureEntry, "encoder")}-{HashOf(path)}";
        }
        catch
        {
            Session.Dispose();
            throw;
        }
    }

    public InferenceSession Session { get; }

    /// <summary>Side of the images in pixels.</summary>
    public int ImageSize { get; }

    public int FeatureCount { get; }

    /// <summary>The architecture with a few digits that tell these weights from others.</summary>
    public string Name { get; }

    /// <summary>Computes features.</summary>
    /// <param name="pixels">Red, green and blue planes of each image, count x 3 x size x size.</param>
    /// <param name="count">Number of images.</param>
    /// <returns>The features of each image, one after the other.</returns>
    public float[] Compute(Memory<byte> pixels, int count)
    {
        using var images = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pixels, [count, 3, ImageSize, ImageSize]);
        using var options = new RunOptions();
        using var results = Session.Run(options, [input], [images], [Output]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose() => Session.Dispose();

    private static InferenceSession Open(string path, SessionOptions? options)
    {
        try
        {
            return options is null ? new InferenceSession(path) : new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"'{path}' is no model that ONNX Runtime can run: {e.Message}", e);
        }
    }

    private int ReadImageSize(string path)
    {
        var metadata = Session.ModelMetadata.CustomMetadataMap;
        if (!metadata.TryGetValue(SizeEntry, out var text) || metadata.GetValueOrDefault(RangeEntry) != "0..255")
        {
            throw new InvalidDataException(
                $"'{path}' does not say which images it takes: its metadata lacks {SizeEntry}, or an {RangeEntry} of 0..255. {Advice}");
        }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0
            ? size
            : throw new InvalidDataException($"The {SizeEntry} of '{path}' is '{text}', which is no number of pixels.");
    }

    private string FindInput(string path)
    {
        var (name, found) = Session.InputMetadata.First();
        int[] expected = [-1, 3, ImageSize, ImageSize];
        if (Session.InputMetadata.Count == 1 && found.ElementType == typeof(byte) && found.Dimensions.SequenceEqual(expected))
            return name;
        throw new InvalidDataException(
            $"The input '{name}' of '{path}' is {found.ElementType?.Name} ({string.Join(", ", found.Dimensions)}), not Byte ({string.Join(", ", expected)}). {Advice}");
    }

    private int CountFeatures(string path) =>
        Session.OutputMetadata.GetValueOrDefault(Output) is { Dimensions: [_, > 0 and var count] } found && found.ElementType == typeof(float)
            ? count
            : throw new InvalidDataException(
                $"'{path}' has no output '{Output}'; its outputs are {string.Join(", ", Session.OutputNames)}, as a classifier's are. {Advice}");

    private static string HashOf(string path)
    {
        const int digits = 8;
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file))[..digits];
    }
}
