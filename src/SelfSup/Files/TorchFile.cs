using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>The tensors of a PyTorch file (<c>.pth</c>, <c>.pt</c>, <c>.bin</c>) that holds a state dict. Owns its tensors.</summary>
/// <remarks>
/// <para>
/// Nothing in the file is run. Its pickle may refer to tensors, parameters and ordered dictionaries alone; a file that asks for
/// any other code is refused. What is read is no longer than the file.
/// </para>
/// <para>
/// The file is torch.save's of PyTorch 1.6 or later. The state dict is the whole of it, or stands in a checkpoint under
/// <c>state_dict</c>, <c>model_state_dict</c> or <c>model</c>; what is no tensor is left out. The element types are float64,
/// float32, float16, bfloat16, int64, int32, int16, int8, uint8 and bool.
/// </para>
/// </remarks>
public sealed class TorchFile : IDisposable
{
    private const int MagicLength = 4;
    private const int NamesShown = 8;

    private static readonly string[] StateNames = ["state_dict", "model_state_dict", "model"];

    private readonly Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);

    private TorchFile()
    {
    }

    /// <summary>The tensors by name, on the CPU; owned by this object. Those that share values in the file share them here.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => tensors;

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The content, to be disposed by the caller.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is malformed, cut off, holds no state dict, or asks for code; the message names it and the problem.
    /// </exception>
    public static TorchFile Read(string path)
    {
        using var stream = File.OpenRead(path);
        var file = new TorchFile();
        try
        {
            file.Fill(stream);
            return file;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            file.Dispose();
            throw new InvalidDataException($"'{path}' cannot be read as a PyTorch file: {e.Message}", e);
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

    /// <summary>Whether a file is PyTorch's by its first bytes, which no safetensors file has.</summary>
    internal static bool IsTorchFile(string path)
    {
        using var stream = File.OpenRead(path);
        var magic = ReadMagic(stream);
        return IsZip(magic) || IsLegacy(magic);
    }

    private static byte[] ReadMagic(FileStream stream)
    {
        var magic = new byte[MagicLength];
        stream.ReadAtLeast(magic, MagicLength, throwOnEndOfStream: false);
        stream.Position = 0;
        return magic;
    }

    private static bool IsZip(byte[] magic) => magic is [(byte)'P', (byte)'K', 3, 4];

    // A pickle that starts with the 10 bytes of PyTorch's magic number.
    private static bool IsLegacy(byte[] magic) => magic is [0x80, _, 0x8a, 10];

    private void Fill(FileStream stream)
    {
        var magic = ReadMagic(stream);
        if (IsLegacy(magic))
            throw new InvalidDataException("it is in the old format; save it again with torch.save of PyTorch 1.6 or later.");
        if (!IsZip(magic))
            throw new InvalidDataException($"it is no zip archive, as torch.save writes; {nameof(SafetensorsFile)} reads safetensors.");
        using var archive = new TorchArchive(stream);
        foreach (var (name, tensor) in FindState(StateDictUnpickler.Read(archive.ReadPickle())))
            tensors.Add(name, View(archive.ReadStorage(tensor.Storage), tensor));
    }

    private static List<(string Name, PickledTensor Tensor)> FindState(object? root)
    {
        if (root is not PickledDictionary dictionary)
            throw new InvalidDataException("it holds no dictionary of tensors.");
        var nested = StateNames.Select(name => dictionary.Entries.GetValueOrDefault(name)).OfType<PickledDictionary>();
        var state = nested.Append(dictionary).Select(ListTensors).FirstOrDefault(tensors => tensors.Count > 0);
        return state
            ?? throw new InvalidDataException(
                "it holds no tensors, neither at once nor under " + string.Join(", ", StateNames)
                + $"; its entries are: {string.Join(", ", dictionary.Entries.Keys.Take(NamesShown))}.");
    }

    private static List<(string Name, PickledTensor Tensor)> ListTensors(PickledDictionary dictionary) =>
        [.. dictionary.Entries.Where(pair => pair.Value is PickledTensor).Select(pair => (pair.Key, (PickledTensor)pair.Value!))];

    private static Tensor View(Tensor storage, PickledTensor tensor)
    {
        using var scope = NewDisposeScope();
        var view = tensor.IsEmpty
            ? empty(tensor.Shape, dtype: storage.dtype, device: CPU)
            : storage.as_strided(tensor.Shape, tensor.Strides, tensor.Offset);
        return view.DetachFromDisposeScope();
    }
}
