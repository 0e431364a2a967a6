using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SelfSup.Data;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace SelfSup.Samples;

/// <summary>A classifier that the library exported, run by ONNX Runtime. It may be asked from several threads at once.</summary>
internal sealed class OnnxClassifier : IDisposable
{
    private readonly InferenceSession session;
    private readonly IImageDecoder decoder;
    private readonly int size;
    private readonly string[] classes;

    /// <summary>Opens a model.</summary>
    /// <param name="file">The file.</param>
    /// <param name="decoder">Decodes images; <see cref="IImageDecoder.Default"/> if null.</param>
    /// <param name="options">ONNX Runtime's options; null for none.</param>
    /// <exception cref="InvalidDataException">It is no classifier that the library exported.</exception>
    public OnnxClassifier(string file, IImageDecoder? decoder = null, SessionOptions? options = null)
    {
        session = Open(file, options);
        this.decoder = decoder ?? IImageDecoder.Default;
        var metadata = session.ModelMetadata.CustomMetadataMap;
        if (!metadata.TryGetValue("classes", out var names) || !metadata.TryGetValue("image_size", out var side))
        {
            session.Dispose();
            throw new InvalidDataException($"{file} is an ONNX model, but no classifier that ImageClassifier.ExportOnnx or samples/Probe --onnx wrote.");
        }
        (size, classes) = (int.Parse(side, CultureInfo.InvariantCulture), JsonSerializer.Deserialize<string[]>(names)!);
    }

    /// <summary>Labels an image file.</summary>
    /// <returns>All classes with their probabilities, the most probable first.</returns>
    /// <exception cref="ImageReadException">The image cannot be read.</exception>
    public IEnumerable<(string Label, float Probability)> Predict(string imageFile) => PredictPixels(decoder.DecodeFile(imageFile, size));

    /// <summary>Labels an encoded image.</summary>
    /// <inheritdoc cref="Predict(string)"/>
    public IEnumerable<(string Label, float Probability)> Predict(ReadOnlySpan<byte> encodedImage)
    {
        var pixels = new byte[3 * size * size];
        decoder.Decode(encodedImage, size, pixels);
        return PredictPixels(pixels);
    }

    public void Dispose() => session.Dispose();

    private (string Label, float Probability)[] PredictPixels(byte[] planes)
    {
        var pixels = new DenseTensor<byte>(planes, [1, 3, size, size]);
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("pixels", pixels)], ["probabilities"]);
        return [.. classes.Zip(outputs[0].AsEnumerable<float>()).OrderByDescending(pair => pair.Second)];
    }

    private static InferenceSession Open(string file, SessionOptions? options)
    {
        try
        {
            return options is null ? new InferenceSession(file) : new InferenceSession(file, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"{file} is no ONNX model that ONNX Runtime can run: {e.Message}", e);
        }
    }
}
