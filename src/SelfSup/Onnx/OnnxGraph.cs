using static TorchSharp.torch;

namespace SelfSup.Onnx;

/// <summary>A computation in ONNX, as it grows node by node. Values are known by their names.</summary>
/// <remarks>Every input and output has the number of images as its first dimension, which is left open.</remarks>
public sealed class OnnxGraph
{
    // Field numbers of GraphProto, NodeProto and TensorProto, and the numbers of element types.
    private const int GraphNode = 1, GraphName = 2, GraphInitializer = 5, GraphInput = 11, GraphOutput = 12;
    private const int NodeInput = 1, NodeOutput = 2, NodeName = 3, NodeOperator = 4, NodeAttribute = 5;
    private const int TensorDimension = 1, TensorType = 2, TensorName = 8, TensorBytes = 9;
    private const int Float = 1, UInt8 = 2;

    private sealed record Node(OnnxNode Content, ProtobufMessage Message)
    {
        public string Output => Content.Outputs[0];
    }

    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly List<Node> nodes = [];
    private readonly List<(string Name, ProtobufMessage Message)> constants = [];
    private readonly Dictionary<string, Tensor> sources = new(StringComparer.Ordinal);
    private readonly List<ProtobufMessage> inputs = [];
    private readonly List<(string Name, ProtobufMessage Message)> outputs = [];

    internal OnnxGraph()
    {
    }

    /// <summary>The nodes in the order of the computation.</summary>
    internal IEnumerable<OnnxNode> Nodes => nodes.Select(node => node.Content);

    /// <summary>The tensors that <see cref="AddConstant"/> was given, by the constants' names. Borrowed.</summary>
    internal IReadOnlyDictionary<string, Tensor> Sources => sources;

    /// <summary>Adds a node of one output.</summary>
    /// <param name="operatorName">The operator, of ONNX's opset 17, such as <c>Relu</c>.</param>
    /// <param name="inputs">The names of its inputs' values.</param>
    /// <param name="attributes">Its settings.</param>
    /// <returns>The name of the output's value.</returns>
    /// <exception cref="ArgumentException">An input is no value of this graph.</exception>
    public string AddNode(string operatorName, string[] inputs, params OnnxAttribute[] attributes)
    {
        if (inputs.FirstOrDefault(input => !names.Contains(input)) is { } unknown)
            throw new ArgumentException($"The graph has no value '{unknown}'.", nameof(inputs));
        return AddNode(operatorName, inputs, FreshName(operatorName), attributes);
    }

    /// <summary>Adds a tensor that belongs to the model, such as a weight.</summary>
    /// <param name="values">The tensor, on any device and in any layout; borrowed. It is written as float32.</param>
    /// <returns>The name of the value.</returns>
    public string AddConstant(Tensor values)
    {
        using var scope = NewDisposeScope();
        var plain = values.detach().cpu().to(ScalarType.Float32).contiguous();
        var name = FreshName("Constant");
        sources.Add(name, values);
        constants.Add((name, new ProtobufMessage()
            .Add(TensorDimension, plain.shape)
            .Add(TensorType, Float)
            .Add(TensorName, name)
            .Add(TensorBytes, plain.bytes.ToArray())));
        return name;
    }

    /// <summary>Adds an input of the model, of type uint8.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="imageShape">Its shape without the number of images.</param>
    /// <returns>The name of the values as float32.</returns>
    internal string AddByteInput(string name, params long[] imageShape)
    {
        inputs.Add(Describe(Claim(name), UInt8, imageShape));
        return AddNode("Cast", [name], new OnnxAttribute("to", Float));
    }

    /// <summary>Makes a value an output of the model.</summary>
    /// <param name="name">The output's name.</param>
    /// <param name="value">The name of the value.</param>
    /// <param name="imageShape">Its shape without the number of images.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    internal void AddOutput(string name, string value, params long[] imageShape)
    {
        AddNode("Identity", [value], Claim(name), []);
        outputs.Add((name, Describe(name, Float, imageShape)));
    }

    /// <summary>Describes inputs and outputs, and what the outputs need of the nodes and constants.</summary>
    internal ProtobufMessage ToMessage()
    {
        var needed = outputs.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var node in nodes.AsEnumerable().Reverse().Where(node => needed.Contains(node.Output)))
            needed.UnionWith(node.Content.Inputs);
        return new ProtobufMessage()
            .Add(GraphNode, nodes.Where(node => needed.Contains(node.Output)).Select(node => node.Message))
            .Add(GraphName, nameof(SelfSup))
            .Add(GraphInitializer, constants.Where(constant => needed.Contains(constant.Name)).Select(constant => constant.Message))
            .Add(GraphInput, inputs)
            .Add(GraphOutput, outputs.Select(output => output.Message));
    }

    private string AddNode(string operatorName, string[] inputs, string output, OnnxAttribute[] attributes)
    {
        var content = new OnnxNode(output, operatorName, inputs, [output], attributes.ToDictionary(attribute => attribute.Name, attribute => attribute.Value));
        nodes.Add(new Node(content, new ProtobufMessage()
            .Add(NodeInput, inputs)
            .Add(NodeOutput, output)
            .Add(NodeName, output)
            .Add(NodeOperator, operatorName)
            .Add(NodeAttribute, attributes.Select(attribute => attribute.Message))));
        return output;
    }

    // The slash keeps them apart from the names of inputs and outputs.
    private string FreshName(string kind) => Claim($"/{kind}_{names.Count}");

    private string Claim(string name) =>
        names.Add(name) ? name : throw new ArgumentException($"The graph has a value '{name}' already.", nameof(name));

    // The fields: ValueInfoProto is a name (1) and a TypeProto (2); that is a tensor (1) of an element type (1) and a shape (2);
    // and a shape is dimensions (1), each a number (1) or a name (2).
    private static ProtobufMessage Describe(string name, int type, long[] imageShape)
    {
        var shape = new ProtobufMessage()
            .Add(1, new ProtobufMessage().Add(2, "N"))
            .Add(1, imageShape.Select(dimension => new ProtobufMessage().Add(1, dimension)));
        var tensor = new ProtobufMessage().Add(1, type).Add(2, shape);
        return new ProtobufMessage().Add(1, name).Add(2, new ProtobufMessage().Add(1, tensor));
    }
}
