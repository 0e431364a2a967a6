using Google.Protobuf;
using OnnxSchema;

namespace SelfSup.Onnx;

/// <summary>What a model's file holds, as far as weights and their use go. Nothing in it is run.</summary>
internal sealed class OnnxContent
{
    // Values of AttributeProto.type.
    private const int FloatType = 1, IntegerType = 2, TextType = 3, TensorType = 4, FloatsType = 6, IntegersType = 7;

    // What hands its first input on, once the model is trained.
    private static readonly string[] PassThrough = ["Identity", "Dropout", "Cast"];

    private readonly Dictionary<string, string> aliases = new(StringComparer.Ordinal);
    private readonly ILookup<string, OnnxNode> consumers;

    private OnnxContent(string path, ModelProto model)
    {
        Path = path;
        Producer = model.ProducerName;
        Metadata = model.MetadataProps.GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.Ordinal);
        var nodes = model.Graph.Node.Select(Describe).ToList();
        Constants = ListConstants(model.Graph, nodes);
        foreach (var node in nodes.Where(node => PassThrough.Contains(node.Operator) && node.Inputs.Count > 0))
            aliases[node.Outputs[0]] = Resolve(node.Inputs[0]);
        Nodes =
        [
            .. nodes
                .Where(node => !Constants.ContainsKey(node.Outputs[0]) && !aliases.ContainsKey(node.Outputs[0]))
                .Select(node => node with { Inputs = [.. node.Inputs.Select(Resolve)] }),
        ];
        Inputs = [.. model.Graph.Input.Where(input => !Constants.ContainsKey(input.Name))];
        consumers = Nodes.SelectMany(node => node.Inputs.Distinct().Select(input => (input, node))).ToLookup(pair => pair.input, pair => pair.node);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The program that wrote it; may be empty.</summary>
    public string Producer { get; }

    /// <summary>What its writer noted by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The nodes in the order of the computation, without those that only hand values on.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    /// <summary>The tensors in the file by name: initializers and constants, by all names that lead to them.</summary>
    public IReadOnlyDictionary<string, TensorProto> Constants { get; }

    /// <summary>What the model is fed with.</summary>
    public IReadOnlyList<ValueInfoProto> Inputs { get; }

    /// <summary>The nodes that use a value, in the order of the computation.</summary>
    public IEnumerable<OnnxNode> ConsumersOf(string value) => consumers[value];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is no ONNX model, or a damaged one; the message names it.</exception>
    public static OnnxContent Open(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var model = ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(stream);
            if (model.Graph is null || model.Graph.Node.Count == 0)
                throw new InvalidDataException($"'{path}' holds no graph of ONNX: it is another protobuf file, or a damaged one.");
            if (model.Graph.Node.FirstOrDefault(node => node.Output.Count == 0) is { } odd)
                throw new InvalidDataException($"'{path}' is damaged: its node '{odd.Name}' ({odd.OpType}) has no output.");
            return new(path, model);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"'{path}' is no ONNX model, or a damaged or cut-off one: {e.Message}", e);
        }
    }

    private string Resolve(string name) => aliases.GetValueOrDefault(name, name);

    private static OnnxNode Describe(NodeProto node) => new(
        node.Name.Length > 0 ? node.Name : node.Output[0],
        node.OpType,
        [.. node.Input],
        [.. node.Output],
        node.Attribute.GroupBy(attribute => attribute.Name).ToDictionary(group => group.Key, group => ValueOf(group.First()), StringComparer.Ordinal));

    private static object ValueOf(AttributeProto attribute) => attribute.Type switch
    {
        FloatType => attribute.F,
        IntegerType => attribute.I,
        TextType => attribute.S.ToStringUtf8(),
        TensorType => attribute.T ?? new TensorProto(),
        FloatsType => attribute.Floats.ToArray(),
        IntegersType => attribute.Ints.ToArray(),
        _ => attribute,
    };

    // A constant may be an initializer or a node, and other names may stand for it.
    private static Dictionary<string, TensorProto> ListConstants(GraphProto graph, List<OnnxNode> nodes)
    {
        var constants = new Dictionary<string, TensorProto>(StringComparer.Ordinal);
        foreach (var tensor in graph.Initializer)
            constants.TryAdd(tensor.Name, tensor);
        foreach (var node in nodes)
        {
            if (node.Operator == "Constant" && node.Get<TensorProto?>("value", null) is { } value)
                constants.TryAdd(node.Outputs[0], value);
            else if (node is { Operator: "Identity", Inputs: [var input] } && constants.TryGetValue(input, out var same))
                constants.TryAdd(node.Outputs[0], same);
        }
        return constants;
    }
}
