using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Onnx;

/// <summary>The layers that encoders are made of, as ONNX nodes that compute what libtorch does in evaluation mode.</summary>
public static class OnnxLayers
{
    /// <summary>Adds a module: a convolution, a batch normalization, a ReLU, a sequence of these, or one that describes itself.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="layer">The module; null adds nothing.</param>
    /// <param name="input">The name of the input's value, (N, C, H, W).</param>
    /// <returns>The name of the output's value.</returns>
    /// <exception cref="NotSupportedException">The module is of another kind.</exception>
    public static string AddLayer(this OnnxGraph graph, nn.Module? layer, string input) => layer switch
    {
        null => input,
        IOnnxLayer own => own.Export(graph, input),
        Conv2d convolution => graph.AddConvolution(convolution, input),
        BatchNorm normalization => graph.AddBatchNormalization(normalization, input),
        ReLU => graph.AddRelu(input),
        Linear linear => graph.AddLinear(input, linear.weight, linear.bias),
        LayerNorm normalization => graph.AddLayerNormalization(normalization, input),
        Sequential sequence => sequence.children().Aggregate(input, (value, child) => graph.AddLayer(child, value)),
        _ => throw new NotSupportedException($"A layer {layer.GetType().Name} cannot be exported; it must be an {nameof(IOnnxLayer)}."),
    };

    /// <summary>Adds max(0, x).</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The name of the input's value.</param>
    /// <returns>The name of the output's value.</returns>
    public static string AddRelu(this OnnxGraph graph, string input) => graph.AddNode("Relu", [input]);

    /// <summary>Adds the sum of two values of one shape.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="first">The name of one.</param>
    /// <param name="second">The name of the other.</param>
    /// <returns>The name of the output's value.</returns>
    public static string AddSum(this OnnxGraph graph, string first, string second) => graph.AddNode("Add", [first, second]);

    /// <summary>Adds the largest value of every window.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The name of the input's value, (N, C, H, W).</param>
    /// <param name="kernel">Side of the window.</param>
    /// <param name="stride">Steps between windows.</param>
    /// <param name="padding">Rows and columns outside the map, on each side; under half of the kernel.</param>
    /// <param name="roundUp">Whether a last window that reaches over the map's end counts.</param>
    /// <returns>The name of the output's value.</returns>
    public static string AddMaxPool(
        this OnnxGraph graph, string input, int kernel, int stride, int padding = 0, bool roundUp = false) =>
        graph.AddNode("MaxPool", [input], [.. Windows(kernel, stride, padding), new("ceil_mode", roundUp ? 1 : 0)]);

    /// <summary>Adds the average of every window, in which padding counts as zeros.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The name of the input's value, (N, C, H, W).</param>
    /// <param name="kernel">Side of the window.</param>
    /// <param name="stride">Steps between windows.</param>
    /// <param name="padding">Rows and columns of zeros on each side; under half of the kernel.</param>
    /// <returns>The name of the output's value.</returns>
    public static string AddAveragePool(this OnnxGraph graph, string input, int kernel, int stride, int padding = 0) =>
        graph.AddNode("AveragePool", [input], [.. Windows(kernel, stride, padding), new("count_include_pad", 1)]);

    /// <summary>Adds the average over the cells of a grid, as adaptive_avg_pool2d has it, and flattens it.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The name of a map (N, C, S, S).</param>
    /// <param name="side">The map's side S.</param>
    /// <param name="grid">Cells on each side of the grid G.</param>
    /// <returns>The name of the features (N, C G G).</returns>
    internal static string AddGridFeatures(this OnnxGraph graph, string input, int side, int grid) =>
        graph.AddNode("Flatten", [graph.AddGrid(input, side, grid)], new OnnxAttribute("axis", 1));

    /// <summary>Adds in which direction from a center features lie.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The name of features (N, D).</param>
    /// <param name="center">The center (D).</param>
    /// <returns>The name of rows of length 1, (N, D).</returns>
    internal static string AddDirections(this OnnxGraph graph, string input, Tensor center)
    {
        using var shortest = tensor([1e-12f], device: CPU); // so that the center itself, which has no direction, is no division by 0
        var offsets = graph.AddNode("Sub", [input, graph.AddConstant(center)]);
        var lengths = graph.AddNode("ReduceL2", [offsets], new OnnxAttribute("axes", [1L]));
        return graph.AddNode("Div", [offsets, graph.AddNode("Max", [lengths, graph.AddConstant(shortest)])]);
    }

    private static string AddGrid(this OnnxGraph graph, string input, int side, int grid)
    {
        if (grid == 1)
            return graph.AddNode("GlobalAveragePool", [input]);
        if (side % grid == 0)
            return graph.AddAveragePool(input, side / grid, side / grid);
        // The cells' sides differ by a pixel or more, but rows and columns can still be averaged one after the other.
        using var cells = AveragingMatrix(side, grid); // (G, S)
        using var columns = cells.t();
        var narrow = graph.AddNode("MatMul", [input, graph.AddConstant(columns)]); // (N, C, S, G)
        return graph.AddNode("MatMul", [graph.AddConstant(cells), narrow]); // (N, C, G, G)
    }

    // A cell reaches from the pixel in which it begins to the one in which it ends, so neighbors may share a pixel.
    private static Tensor AveragingMatrix(int side, int grid)
    {
        var matrix = new float[grid, side];
        for (var cell = 0; cell < grid; cell++)
        {
            var (first, end) = (cell * side / grid, ((cell + 1) * side + grid - 1) / grid);
            for (var pixel = first; pixel < end; pixel++)
                matrix[cell, pixel] = 1f / (end - first);
        }
        return tensor(matrix, device: CPU);
    }

    private static string AddConvolution(this OnnxGraph graph, Conv2d layer, string input)
    {
        if (layer.padding is not { } padding || layer.padding_mode != PaddingModes.Zeros)
            throw new NotSupportedException("A convolution can be exported only with a number of zeros as its padding.");
        var weight = graph.AddConstant(layer.weight);
        return graph.AddNode(
            "Conv",
            layer.bias is { } bias ? [input, weight, graph.AddConstant(bias)] : [input, weight],
            new("kernel_shape", layer.kernel_size),
            new("strides", layer.stride),
            new("pads", padding.Concat(padding)), // before, then behind
            new("dilations", layer.dilation),
            new("group", layer.groups));
    }

    private static string AddBatchNormalization(this OnnxGraph graph, BatchNorm layer, string input)
    {
        if (!layer.affine || !layer.track_running_stats)
            throw new NotSupportedException("A batch normalization can be exported only with scale, shift and running statistics.");
        return graph.AddNode(
            "BatchNormalization",
            [
                input,
                graph.AddConstant(layer.weight),
                graph.AddConstant(layer.bias!),
                graph.AddConstant(layer.running_mean!),
                graph.AddConstant(layer.running_var!),
            ],
            new OnnxAttribute("epsilon", (float)layer.eps));
    }

    private static OnnxAttribute[] Windows(long kernel, long stride, long padding) =>
    [
        new("kernel_shape", [kernel, kernel]),
        new("strides", [stride, stride]),
        new("pads", [padding, padding, padding, padding]),
    ];
}
