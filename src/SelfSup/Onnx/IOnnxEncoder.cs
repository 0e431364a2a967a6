namespace SelfSup.Onnx;

/// <summary>An encoder that can describe itself as ONNX nodes. Encoders of your own implement it to be exported.</summary>
public interface IOnnxEncoder
{
    /// <summary>Adds the nodes that compute what <see cref="Encoder.ForwardStages"/> computes in evaluation mode.</summary>
    /// <param name="graph">The graph to add to; <see cref="OnnxLayers"/> has the usual layers.</param>
    /// <param name="input">The name of the value that holds normalized images, float (N, 3, S, S).</param>
    /// <returns>The names of the values that hold the stages' maps, shallow to deep.</returns>
    IReadOnlyList<string> ExportStages(OnnxGraph graph, string input);

    /// <summary>An encoder as one that can be exported.</summary>
    /// <exception cref="NotSupportedException">It cannot be.</exception>
    internal static IOnnxEncoder Of(Encoder encoder) => encoder as IOnnxEncoder ?? throw new NotSupportedException(
        $"The architecture '{encoder.Architecture}' cannot be exported to ONNX: its class {encoder.GetType().Name} is no {nameof(IOnnxEncoder)}.");
}
