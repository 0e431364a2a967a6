namespace SelfSup.Onnx;

/// <summary>A module of one input and one output that can describe itself as ONNX nodes.</summary>
public interface IOnnxLayer
{
    /// <summary>Adds the nodes that compute what the module computes in evaluation mode.</summary>
    /// <param name="graph">The graph to add to.</param>
    /// <param name="input">The name of the input's value.</param>
    /// <returns>The name of the output's value.</returns>
    string Export(OnnxGraph graph, string input);
}
