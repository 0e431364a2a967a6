using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>The tensors of a PyTorch file (<c>.pth</c>, <c>.pt</c>, <c>.bin</c>) that holds a state dict. Owns its tensors.</summary>
/// <remarks>
/// <para>
/// Nothing in the file is run. Of objects other than tensors and dictionaries only the tensors in them are found; a file that asks for
/// code that could do harm is refused. What is read is no longer than the file.
/// </para>
/// <para>
/// The file is torch.save's of PyTorch 1.6 or later. The state dict is the whole of it, or stands in a checkpoint under
/// <c>state_dict</c>, <c>model_state_dict</c> or <c>model</c>; what is no tensor is left out. Of any other file all tensors are read,
/// each by the names on the way to it. The element types are float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8
/// and bool.
/// </para>
/// </remarks>
public sealed class TorchFile : IDisposable
{
    private const int NamesShown = 8;

    private static readonly string[] StateNames = ["state_dict", "model_state_dict", "model"];

    private readonly Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> unread = new(StringComparer.Ordinal);

    private TorchFile()
    {
    }

    /// <summary>The tensors by name, on the CPU; owned by this object. Those that share values in the file share them here.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => tensors;

    /// <summary>Tensors that were not read, with their types, which are none of those above: quantized, sparse, complex and such.</summary>
    public IReadOnlyDictionary<string, string> Unread => unread;

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The content, to be disposed by the caller.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is malformed, cut off, holds no tensors, asks for harmful code, or is something else altogether; the message names it
    /// and the problem.
    /// </exception>
    public static TorchFile Read(string path)
    {
        var file = new TorchFile();
        try
        {
            using var content = TorchContent.Open(path);
            content.Guard(() => file.Fill(content));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Disposes the tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
            tensor.Dispose();
    }

    private void Fill(TorchContent content)
    {
        foreach (var (name, tensor) in FindState(content.Root))
        {
            if (tensor.Storage.Type.Type is null)
                unread.Add(name, tensor.TypeName);
            else
                tensors.Add(name, content.Read(tensor).DetachFromDisposeScope());
        }
    }

    private static IEnumerable<KeyValuePair<string, PickledTensor>> FindState(object? root)
    {
        if (root is PickledNode dictionary)
        {
            var nested = StateNames.Select(name => dictionary.Entries.GetValueOrDefault(name)).OfType<PickledNode>();
            if (nested.Append(dictionary).Select(ListTensors).FirstOrDefault(tensors => tensors.Count > 0) is { } state)
                return state;
        }
        var all = TensorListing.Of(root);
        if (all.Count > 0 && !all.ContainsKey(""))
            return all;
        throw new InvalidDataException(
            root is PickledNode node
                ? $"it holds no tensors; its entries are: {string.Join(", ", node.Entries.Keys.Take(NamesShown))}."
                : "it holds no dictionary of tensors.");
    }

    private static List<KeyValuePair<string, PickledTensor>> ListTensors(PickledNode dictionary) =>
        [.. dictionary.Entries
            .Where(pair => pair.Value is PickledTensor)
            .Select(pair => KeyValuePair.Create(pair.Key, (PickledTensor)pair.Value!))];
}
