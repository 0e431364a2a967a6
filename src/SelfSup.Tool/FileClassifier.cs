using SelfSup.Data;
using SelfSup.Samples;
using SelfSup.Transfer;

namespace SelfSup.Tool;

/// <summary>A classifier of a file: of this library, or an ONNX model that it exported.</summary>
/// <param name="owned">What runs it.</param>
/// <param name="predict">Labels an image file: all classes with their probabilities, the most probable first.</param>
internal sealed class FileClassifier(IDisposable owned, Func<string, IReadOnlyList<(string Label, float Probability)>> predict) : IDisposable
{
    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">It is no classifier.</exception>
    public static FileClassifier Open(string file)
    {
        if (Path.GetExtension(file).Equals(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            var exported = new OnnxClassifier(file);
            return new(exported, image => [.. exported.Predict(image)]);
        }
        var classifier = ImageClassifier.Load(file);
        return new(classifier, image => classifier.Predict(image).All);
    }

    /// <summary>Labels an image file.</summary>
    /// <exception cref="ImageReadException">It cannot be read.</exception>
    public IReadOnlyList<(string Label, float Probability)> Predict(string image) => predict(image);

    public void Dispose() => owned.Dispose();
}
