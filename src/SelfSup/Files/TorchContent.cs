using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>An open PyTorch file: what its pickle describes, and the values of tensors on demand.</summary>
internal sealed class TorchContent : IDisposable
{
    private readonly string path;
    private readonly TorchArchive archive;

    private TorchContent(string path, FileStream stream)
    {
        this.path = path;
        archive = new TorchArchive(stream);
        try
        {
            (Root, Classes) = StateDictUnpickler.Read(archive.ReadPickle());
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    /// <summary>What the pickle describes.</summary>
    public object? Root { get; }

    /// <summary>The first classes and functions, by name, whose objects are not read.</summary>
    public IReadOnlyCollection<string> Classes { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">It is malformed, asks for harmful code, or is something else; the message names it.</exception>
    public static TorchContent Open(string path)
    {
        var stream = File.OpenRead(path);
        try
        {
            if (FileKind.Explain(stream) is { } kind)
                throw new InvalidDataException($"'{path}' {kind}");
            if (!FileKind.IsZip(stream))
            {
                throw new InvalidDataException(
                    $"{Malformed(path)}it is no zip archive, as torch.save writes; {nameof(SafetensorsFile)} reads safetensors.");
            }
            return Guard(path, () => new TorchContent(path, stream));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor of a type that is read.</summary>
    /// <returns>The tensor on the CPU, in the dispose scope; those that share values in the file share them.</returns>
    public Tensor Read(PickledTensor tensor)
    {
        var storage = archive.ReadStorage(tensor.Storage);
        using var scope = NewDisposeScope();
        var view = tensor.IsEmpty
            ? empty(tensor.Shape, dtype: storage.dtype, device: CPU)
            : storage.as_strided(tensor.Shape, tensor.Strides, tensor.Offset);
        return view.MoveToOuterDisposeScope();
    }

    /// <summary>Does something with the content; what is wrong with the file is said with its name.</summary>
    public void Guard(Action act) => Guard(path, () =>
    {
        act();
        return true;
    });

    /// <summary>Disposes the storages and closes the file; tensors keep their values.</summary>
    public void Dispose() => archive.Dispose();

    private static T Guard<T>(string path, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException(Malformed(path) + e.Message, e);
        }
    }

    private static string Malformed(string path) => $"'{path}' cannot be read as a PyTorch file: ";
}
