using SelfSup.Onnx;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>What a file says of a tensor.</summary>
/// <param name="Name">The name, in a checkpoint with those of the dictionaries around it.</param>
/// <param name="Shape">The shape; empty if the type is not read.</param>
/// <param name="Type">The type; null if it is not read.</param>
/// <param name="TypeName">The type as the file spells it.</param>
/// <param name="Read">Reads the values; the tensor is on the CPU, in the dispose scope.</param>
internal sealed record NamedWeight(string Name, long[] Shape, ScalarType? Type, string TypeName, Func<Tensor> Read)
{
    /// <summary>The names of the tensors in the file that it is made of; more than one where it is joined.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [Name];
}

/// <summary>The tensors in a file of weights, safetensors, PyTorch's or ONNX, whatever its name.</summary>
internal sealed class NamedWeights : IDisposable
{
    private readonly IDisposable? file;

    private NamedWeights(IDisposable? file, IEnumerable<NamedWeight> weights, IReadOnlyCollection<string> classes)
    {
        this.file = file;
        All = [.. weights];
        Classes = classes;
    }

    /// <summary>The tensors in the order of the file.</summary>
    public IReadOnlyList<NamedWeight> All { get; }

    /// <summary>The first classes and functions in Python, by name, whose objects stand in the file and are not read.</summary>
    public IReadOnlyCollection<string> Classes { get; }

    /// <summary>What the file's writer noted by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private init; } = new Dictionary<string, string>();

    /// <summary>The model that the tensors belong to; null if the file is none of ONNX.</summary>
    public OnnxWeights? Onnx { get; private init; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">It is malformed, or holds no weights; the message names it and says what it is.</exception>
    public static NamedWeights Open(string path) =>
        FileKind.IsZip(path) ? OpenTorch(path) : FileKind.IsOnnx(path) ? OpenOnnx(path) : OpenSafetensors(path);

    /// <summary>Closes the file.</summary>
    public void Dispose() => file?.Dispose();

    private static NamedWeights OpenOnnx(string path)
    {
        var model = OnnxContent.Open(path);
        try
        {
            var weights = new OnnxWeights(model);
            return new(null, weights.All, []) { Metadata = model.Metadata, Onnx = weights };
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{path}' is no model of images whose weights can be read: {e.Message}.", e);
        }
    }

    private static NamedWeights OpenTorch(string path)
    {
        var content = TorchContent.Open(path);
        try
        {
            IReadOnlyDictionary<string, PickledTensor> tensors = new Dictionary<string, PickledTensor>();
            content.Guard(() => tensors = TensorListing.Of(content.Root));
            return new(content, tensors.Select(pair => Describe(content, pair.Key, pair.Value)), content.Classes);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private static NamedWeight Describe(TorchContent content, string name, PickledTensor tensor) =>
        new(name, tensor.Shape, tensor.Storage.Type.Type, tensor.TypeName, () =>
        {
            Tensor? values = null;
            content.Guard(() => values = content.Read(tensor));
            return values!;
        });

    private static NamedWeights OpenSafetensors(string path)
    {
        var content = SafetensorsFile.Read(path);
        var weights = content.Tensors.Select(pair =>
            new NamedWeight(pair.Key, pair.Value.shape, pair.Value.dtype, pair.Value.dtype.ToString(), () => pair.Value.alias()));
        return new(content, weights.Concat(content.Unread.Select(pair =>
            new NamedWeight(pair.Key, [], null, pair.Value, () => throw new InvalidDataException($"'{pair.Key}' is {pair.Value}.")))), [])
        {
            Metadata = content.Metadata,
        };
    }
}
