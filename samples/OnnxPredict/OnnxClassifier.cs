using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SelfSup.Data;

namespace SelfSup.Samples;

/// <summary>A classifier that the library exported, run by ONNX Runtime.</summary>
internal sealed class OnnxClassifier : IDisposable
{
    private readonly InferenceSession session;
    private readonly int size;
    private readonly string[] classes;

    /// <summary>Opens a model.</summary>
    /// <exception cref="InvalidDataException">It is no classifier that the library exported.</exception>
    public OnnxClassifier(string file)
    {
        session = Open(file);
        var metadata = session.ModelMetadata.CustomMetadataMap;
        if (!metadata.TryGetValue("classes", out var names) || !metadata.TryGetValue("image_size", out var side))
        {
            session.Dispose();
            throw new InvalidDataException($"{file} is an ONNX model, but no classifier that ImageClassifier.ExportOnnx or samples/Probe --onnx wrote.");
        }
        (size, classes) = (int.Parse(side, CultureInfo.InvariantCulture), JsonSerializer.Deserialize<string[]>(names)!);
    }

    /// <summary>Labels an image.</summary>
    /// <returns>All classes with their probabilities, the most probable first.</returns>
    /// <exception cref="InvalidDataException">The image cannot be read.</exception>
    public IEnumerable<(string Label, float Probability)> Predict(string imageFile)
    {
        var pixels = new DenseTensor<byte>(IImageDecoder.Default.DecodeFile(imageFile, size), [1, 3, size, size]);
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("pixels", pixels)], ["probabilities"]);
        return [.. classes.Zip(outputs[0].AsEnumerable<float>()).OrderByDescending(pair => pair.Second)];
    }

    public void Dispose() => session.Dispose();

    private static InferenceSession Open(string file)
    {
        try
        {
            return new InferenceSession(file);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"{file} is no ONNX model that ONNX Runtime can run: {e.Message}", e);
        }
    }
}
