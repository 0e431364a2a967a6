using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Tests.Onnx;

/// <summary>A model file in ONNX Runtime.</summary>
internal sealed class OnnxRun : IDisposable
{
    private readonly InferenceSession session;

    public OnnxRun(string path)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 2 };
        session = new InferenceSession(path, options);
    }

    public IReadOnlyDictionary<string, string> Metadata => session.ModelMetadata.CustomMetadataMap;

    public IEnumerable<string> Outputs => session.OutputMetadata.Keys;

    /// <summary>The shapes that the model states, with -1 for the open number of images.</summary>
    public int[] ShapeOf(string name) =>
        (session.InputMetadata.GetValueOrDefault(name) ?? session.OutputMetadata[name]).Dimensions;

    /// <summary>Computes every output, owned by the caller.</summary>
    /// <param name="images">uint8 (N, 3, S, S).</param>
    public Dictionary<string, Tensor> Compute(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var pixels = OrtValue.CreateTensorValueFromMemory(images.data<byte>().ToArray(), images.shape);
        using var options = new RunOptions();
        using var results = session.Run(options, ["pixels"], [pixels], session.OutputNames);
        return session.OutputNames.Zip(results).ToDictionary(
            output => output.First,
            output => tensor(output.Second.GetTensorDataAsSpan<float>().ToArray(), output.Second.GetTensorTypeAndShape().Shape)
                .MoveToOuterDisposeScope());
    }

    /// <summary>Checks that values differ by at most one part in 10,000 of the largest.</summary>
    public static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        using var scope = NewDisposeScope();
        var largest = expected.abs().max().item<float>();
        Assert.InRange(largest, 1e-3f, 1e6f); // else the comparison would say nothing
        Assert.InRange((expected - actual).abs().max().item<float>() / largest, 0, 1e-4f);
    }

    public void Dispose() => session.Dispose();
}
