using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Onnx;

/// <summary>Describes the layers of transformers in ONNX.</summary>
internal static class OnnxTokens
{
    private const int Int64 = 7;

    /// <summary>Adds x W^T + b on the last dimension.</summary>
    public static string AddLinear(this OnnxGraph graph, string input, Tensor weight, Tensor? bias)
    {
        using var transposed = weight.t();
        var product = graph.AddNode("MatMul", [input, graph.AddConstant(transposed)]);
        return bias is null ? product : graph.AddNode("Add", [product, graph.AddConstant(bias)]);
    }

    /// <summary>Adds a layer normalization of the last dimension.</summary>
    public static string AddLayerNormalization(this OnnxGraph graph, LayerNorm layer, string input) => graph.AddNode(
        "LayerNormalization",
        [input, graph.AddConstant(layer.weight!), graph.AddConstant(layer.bias!)],
        new("axis", -1),
        new("epsilon", (float)layer.eps));

    /// <summary>Adds the exact GELU, x / 2 (1 + erf(x / sqrt 2)).</summary>
    public static string AddGelu(this OnnxGraph graph, string input)
    {
        var error = graph.AddNode("Erf", [graph.AddNode("Mul", [input, graph.AddNumber(Math.Sqrt(0.5))])]);
        var share = graph.AddNode("Mul", [graph.AddNode("Add", [error, graph.AddNumber(1)]), graph.AddNumber(0.5)]);
        return graph.AddNode("Mul", [input, share]);
    }

    /// <summary>Adds another shape; 0 leaves a dimension as it is.</summary>
    public static string AddReshape(this OnnxGraph graph, string input, params long[] shape) =>
        graph.AddNode("Reshape", [input, graph.AddIntegers(shape)]);

    /// <summary>Adds another order of dimensions.</summary>
    public static string AddTranspose(this OnnxGraph graph, string input, params long[] order) =>
        graph.AddNode("Transpose", [input], new OnnxAttribute("perm", order));

    /// <summary>Makes a map (N, D, S, S) of consecutive tokens of (N, L, D).</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The name of the tokens' value.</param>
    /// <param name="first">The first token.</param>
    /// <param name="width">Length of a token, D.</param>
    /// <param name="side">Side of the map S.</param>
    public static string AddTokenMap(this OnnxGraph graph, string input, long first, long width, int side)
    {
        var tokens = graph.AddNode(
            "Slice", [input, graph.AddIntegers(first), graph.AddIntegers(first + (long)side * side), graph.AddIntegers(1)]);
        return graph.AddReshape(graph.AddTranspose(tokens, 0, 2, 1), 0, width, side, side);
    }

    /// <summary>Puts the same tokens (1, K, D) before every image's (N, L, D).</summary>
    public static string AddPrefix(this OnnxGraph graph, string input, Tensor prefix)
    {
        // The number of images is open: a row of zeros for each comes from the tokens themselves.
        var zeros = graph.AddNode(
            "Mul", [graph.AddNode("ReduceMean", [input], new("axes", [1L]), new("keepdims", 1)), graph.AddNumber(0)]);
        return graph.AddNode("Concat", [graph.AddNode("Add", [zeros, graph.AddConstant(prefix)]), input], new OnnxAttribute("axis", 1));
    }

    /// <summary>Adds a number.</summary>
    public static string AddNumber(this OnnxGraph graph, double value)
    {
        using var number = tensor((float)value, device: CPU);
        return graph.AddConstant(number);
    }

    // Constants are float32 in the graph, which holds such small numbers exactly.
    private static string AddIntegers(this OnnxGraph graph, params long[] values)
    {
        using var numbers = tensor(values.Select(value => (float)value).ToArray(), device: CPU);
        return graph.AddNode("Cast", [graph.AddConstant(numbers)], new OnnxAttribute("to", Int64));
    }
}
