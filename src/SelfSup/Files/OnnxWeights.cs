using OnnxSchema;
using SelfSup.Onnx;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>The weights in an ONNX model, and what it does with its input.</summary>
internal sealed class OnnxWeights
{
    // What a layer's inputs are from the second on, as PyTorch calls them.
    private static readonly Dictionary<string, string[]> Roles = new()
    {
        ["Conv"] = ["weight", "bias"],
        ["BatchNormalization"] = ["weight", "bias", "running_mean", "running_var"],
        ["Gemm"] = ["weight", "bias"],
        ["MatMul"] = ["weight"],
    };

    // CNTK's image reader hands over blue, green and red in 0..255, of which its models of ImageNet subtract the mean.
    private const string CntkProducer = "CNTK";
    private static readonly Normalization CntkNormalization = new(Normalization.ImageNet.Mean, [1f / 255, 1f / 255, 1f / 255]);

    private readonly OrderedDictionary<string, NamedWeight> weights = new(StringComparer.Ordinal);

    /// <summary>Lists the weights of a model.</summary>
    /// <exception cref="InvalidDataException">What it does with its input is no normalization.</exception>
    public OnnxWeights(OnnxContent model)
    {
        Model = model;
        Input = OnnxInput.Of(model);
        if (Input.Normalization is null && PretrainedFolder.FindPreprocessing(model.Path) is { } beside)
        {
            Input = OnnxInput.Of(OnnxContent.Open(beside)) with { Value = Input.Value, Side = Input.Side };
            InputSource = Path.GetFileName(beside);
        }
        else if (Input.Normalization is null && model.Producer == CntkProducer)
        {
            Input = Input with { Channels = [2, 1, 0], Normalization = CntkNormalization };
            InputSource = "CNTK's image reader";
        }
        foreach (var node in model.Nodes)
        {
            var roles = Roles.GetValueOrDefault(node.Operator, []);
            for (var i = 0; i < node.Inputs.Count; i++)
            {
                var input = node.Inputs[i];
                if (model.Constants.TryGetValue(input, out var tensor) && (IsNamed(input) || (i > 0 && i <= roles.Length)))
                    weights.TryAdd(input, Describe(tensor, IsNamed(input) ? input : $"{node.Name}.{roles[i - 1]}"));
            }
        }
    }

    /// <summary>The model.</summary>
    public OnnxContent Model { get; }

    /// <summary>What it does with its input before the first layer.</summary>
    public OnnxInput Input { get; }

    /// <summary>What says so, for people: the model, a second one beside it, or the program that wrote it.</summary>
    public string InputSource { get; } = "the model";

    /// <summary>
    /// The weights of layers, and whatever has a name of several parts, as parameters of modules have, in the order of the computation.
    /// Where a name says nothing, such as <c>Parameter91</c>, the layer's is taken.
    /// </summary>
    public IEnumerable<NamedWeight> All => weights.Values;

    /// <summary>The weight that a node takes as one of its inputs; null if it is none, or computed.</summary>
    public NamedWeight? At(OnnxNode node, int input) =>
        input < node.Inputs.Count && weights.TryGetValue(node.Inputs[input], out var weight) && weight.Type is not null ? weight : null;

    /// <summary>Brings a first layer's weights, of pixels in the model's order of colors, to red, green and blue.</summary>
    public NamedWeight InOrderOfColors(NamedWeight weight) => Input.IsRgb || weight.Shape[1] != Input.Channels.Count
        ? weight
        : weight with { Read = () => weight.Read().index_select(1, tensor(Input.Places, device: CPU)) };

    private static bool IsNamed(string name) => name.Contains('.') && !name.Contains('/') && !name.Contains(':');

    private NamedWeight Describe(TensorProto values, string name)
    {
        var type = OnnxTensor.TypeOf(values);
        return new(name, [.. values.Dims], type, type?.ToString() ?? $"of ONNX's type {values.DataType}", () => OnnxTensor.Read(values, Model.Path));
    }
}
