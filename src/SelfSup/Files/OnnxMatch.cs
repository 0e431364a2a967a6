using SelfSup.Encoders;
using SelfSup.Onnx;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>Finds an encoder's layers in a model of any origin: follows both computations side by side, whatever the names.</summary>
/// <remarks>
/// Every operation of the encoder must follow the same values in the model, with the same kernel, stride and padding, so that a network
/// that computes something else is not taken for the encoder. What comes after the encoder's last operation, such as a head, is left out.
/// </remarks>
internal sealed class OnnxMatch
{
    private const int OperatorsShown = 4;

    private readonly OnnxWeights weights;
    private readonly IReadOnlyDictionary<string, Tensor> state;
    private readonly Dictionary<string, string> parameters = new(StringComparer.Ordinal); // by the constants of the encoder's graph
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal); // the model's, by those of the encoder's graph
    private readonly Dictionary<string, NamedWeight> biases = new(StringComparer.Ordinal); // of convolutions, by their outputs
    private readonly HashSet<OnnxNode> used = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, NamedWeight> found = new(StringComparer.Ordinal);
    private readonly List<string> merged = [];
    private string last = "the input";
    private int foldedCount;

    private OnnxMatch(OnnxWeights weights, IReadOnlyDictionary<string, Tensor> state)
    {
        this.weights = weights;
        this.state = state;
    }

    /// <summary>Finds the weights.</summary>
    /// <param name="weights">The model's weights.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="state">The encoder's state; borrowed.</param>
    /// <returns>The weights, or what was found before the first layer that does not fit.</returns>
    public static WeightSet Find(OnnxWeights weights, Encoder encoder, IReadOnlyDictionary<string, Tensor> state)
    {
        var match = new OnnxMatch(weights, state);
        var problem = match.Follow(encoder);
        return new("", match.found, problem is null ? [] : [problem]) { Merged = match.merged, FoldedCount = match.foldedCount };
    }

    private string? Follow(Encoder encoder)
    {
        if (encoder is not IOnnxEncoder exportable)
            return $"{encoder.Architecture} has no description in ONNX to compare with";
        var graph = new OnnxGraph();
        var pixels = graph.AddByteInput("pixels", 3, encoder.ImageSize, encoder.ImageSize);
        exportable.ExportStages(graph, pixels);
        foreach (var (constant, tensor) in graph.Sources)
        {
            if (state.FirstOrDefault(pair => ReferenceEquals(pair.Value, tensor)).Key is { } name)
                parameters.Add(constant, name);
        }
        values.Add(pixels, weights.Input.Value);
        return graph.Nodes
            .Where(node => !values.ContainsKey(node.Outputs[0]) && node.Operator != "Cast")
            .Select(Follow)
            .FirstOrDefault(problem => problem is not null);
    }

    private string? Follow(OnnxNode own)
    {
        if (!own.Inputs.All(input => values.ContainsKey(input) || parameters.ContainsKey(input)))
            return $"its {own.Operator} after {last} cannot be followed in other models";
        return own.Operator switch
        {
            "Conv" => FollowConvolution(own),
            "BatchNormalization" => FollowBatchNormalization(own),
            _ => FollowOther(own),
        };
    }

    private string? FollowConvolution(OnnxNode own)
    {
        var name = parameters[own.Inputs[1]];
        var shape = state[name].shape;
        var window = OnnxWindow.Of(own, shape[2..]);
        var node = Consumers(own, "Conv").FirstOrDefault(node =>
            weights.At(node, 1) is { } weight && weight.Shape.SequenceEqual(shape) && OnnxWindow.Of(node, shape[2..]).Equals(window));
        if (node is null)
            return Missing($"{LayerOf(name)} (Conv [{string.Join(", ", shape)}] with stride {window.Strides[0]})", own);
        last = LayerOf(name);
        found.Add(name, node.Inputs[0] == weights.Input.Value ? weights.InOrderOfColors(weights.At(node, 1)!) : weights.At(node, 1)!);
        var bias = weights.At(node, 2);
        if (own.Inputs.Count > 2)
            found.Add(parameters[own.Inputs[2]], bias ?? Filled(parameters[own.Inputs[2]], 0));
        else if (bias is not null)
            biases.Add(node.Outputs[0], bias);
        return Take(own, node);
    }

    private string? FollowBatchNormalization(OnnxNode own)
    {
        var names = own.Inputs.Skip(1).Select(input => parameters[input]).ToArray();
        var epsilon = own.Get("epsilon", 1e-5f);
        var bias = biases.GetValueOrDefault(values[own.Inputs[0]]);
        if (Consumers(own, "BatchNormalization").FirstOrDefault() is not { } node)
            return bias is null ? Missing($"{LayerOf(names[0])} (BatchNormalization)", own) : Unfold(own, names, bias, epsilon);
        last = LayerOf(names[0]);
        if (Enumerable.Range(1, names.Length).Select(i => weights.At(node, i)).ToArray() is not [{ } scale, { } shift, { } mean, { } variance])
            return $"{last} is a BatchNormalization without scale, shift and statistics";
        found.Add(names[0], scale);
        found.Add(names[1], shift);
        found.Add(names[2], bias is null ? mean : mean with { Read = () => mean.Read().sub(bias.Read()) });
        if (bias is not null)
            merged.Add(bias.Name);
        var difference = node.Get("epsilon", 1e-5f) - epsilon;
        found.Add(names[3], difference == 0 ? variance : variance with { Read = () => variance.Read().add(difference) });
        return Take(own, node);
    }

    // The convolution's weights have the scale in them, and its bias is the shift.
    private string? Unfold(OnnxNode own, string[] names, NamedWeight bias, float epsilon)
    {
        last = LayerOf(names[0]);
        foldedCount++;
        found.Add(names[0], Filled(names[0], 1));
        found.Add(names[1], bias);
        found.Add(names[2], Filled(names[2], 0));
        found.Add(names[3], Filled(names[3], 1 - epsilon));
        values.Add(own.Outputs[0], values[own.Inputs[0]]);
        return null;
    }

    private string? FollowOther(OnnxNode own)
    {
        if (own.Inputs.Any(parameters.ContainsKey))
            return $"its {own.Operator} after {last} cannot be followed in other models";
        var inputs = own.Inputs.Select(input => values[input]).Order(StringComparer.Ordinal).ToArray();
        var node = Consumers(own, own.Operator).FirstOrDefault(node =>
            node.Inputs.Order(StringComparer.Ordinal).SequenceEqual(inputs)
            && (!own.Attributes.ContainsKey("kernel_shape") || OnnxWindow.Of(node, []).Equals(OnnxWindow.Of(own, []))));
        return node is null ? Missing($"{own.Operator} after {last}", own) : Take(own, node);
    }

    private string? Take(OnnxNode own, OnnxNode node)
    {
        used.Add(node);
        values.Add(own.Outputs[0], node.Outputs[0]);
        return null;
    }

    private IEnumerable<OnnxNode> Consumers(OnnxNode own, string operatorName) =>
        weights.Model.ConsumersOf(values[own.Inputs[0]]).Where(node =>
            !used.Contains(node) && (node.Operator == operatorName || (operatorName == "Add" && node is { Operator: "Sum", Inputs.Count: 2 })));

    private string Missing(string layer, OnnxNode own)
    {
        var others = weights.Model.ConsumersOf(values[own.Inputs[0]]).Where(node => !used.Contains(node)).Take(OperatorsShown).Select(Describe).ToArray();
        return $"{layer} is not there: the model has {(others.Length == 0 ? "nothing" : string.Join(" and ", others))} in its place";
    }

    private string Describe(OnnxNode node) => node.Operator == "Conv"
        ? weights.At(node, 1) is { } weight
            ? $"Conv [{string.Join(", ", weight.Shape)}] with stride {string.Join(" x ", OnnxWindow.Of(node, weight.Shape[2..]).Strides.Distinct())}"
            : "Conv with weights that it computes, as quantized models do"
        : node.Operator;

    private NamedWeight Filled(string name, float value)
    {
        var shape = state[name].shape;
        return new("", shape, ScalarType.Float32, nameof(ScalarType.Float32), () => full(shape, value, device: CPU));
    }

    private static string LayerOf(string parameter) => parameter[..parameter.LastIndexOf('.')];
}
