using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>Named tensors and texts in a <c>.safetensors</c> file, which Python reads without our code. Owns its tensors.</summary>
/// <remarks>
/// Files that this library writes have a checksum in their metadata, which is compared when they are read.
/// The format is 8 bytes of header length, a JSON header, and the raw little-endian values: nothing in it can run code. The
/// element types F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL are supported; tensors of others are left in <see cref="Unread"/>.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    private readonly Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);

    private readonly Dictionary<string, string> unread = new(StringComparer.Ordinal);

    private SafetensorsFile(IReadOnlyDictionary<string, string> metadata) => Metadata = metadata;

    /// <summary>The texts in the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors by name, on the CPU; owned by this object.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => tensors;

    /// <summary>Tensors that were not read, with their types, such as F8_E4M3, which are none of those above.</summary>
    public IReadOnlyDictionary<string, string> Unread => unread;

    /// <summary>Writes a file; an existing one is replaced in one step, so that a crash leaves the old or the new.</summary>
    /// <param name="path">The file; its folder is created if missing.</param>
    /// <param name="tensors">Tensors of any shape, device and memory layout. Borrowed.</param>
    /// <param name="metadata">Texts for the header; may be empty.</param>
    /// <remarks>The same content gives the same bytes: wide types come first, then names in ordinal order.</remarks>
    /// <exception cref="ArgumentException">A tensor's name is reserved, or the format has no such type.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var entries = Arrange(tensors);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        // Brought over once: the checksum is of the very bytes that are written.
        var values = tensors.ToDictionary(pair => pair.Key, pair => pair.Value.cpu());
        var checksum = FileChecksum.Of(new SafetensorsHeader(metadata, entries), values);
        var header = new SafetensorsHeader(new Dictionary<string, string>(metadata) { [FileChecksum.Key] = checksum }, entries);
        AtomicFile.Write(path, stream =>
        {
            header.Write(stream);
            foreach (var entry in header.Entries)
                RawTensor.Write(stream, values[entry.Name]);
        });
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The content, to be disposed by the caller.</returns>
    /// <exception cref="InvalidDataException">The file is malformed, cut off or damaged; the message names it and the problem.</exception>
    public static SafetensorsFile Read(string path)
    {
        using var stream = File.OpenRead(path);
        var header = ReadHeader(stream, path);
        var file = new SafetensorsFile(TextsOf(header));
        try
        {
            foreach (var entry in header.Entries)
                file.ReadEntry(stream, entry, path);
            if (header.Metadata.TryGetValue(FileChecksum.Key, out var checksum)
                && checksum != FileChecksum.Of(header, file.tensors))
            {
                throw Malformed(
                    path, $"its content does not fit its checksum. It is damaged, or was changed without removing '{FileChecksum.Key}' from its metadata.");
            }
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads the texts in the header, without the tensors.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The texts by key; empty when the file has none.</returns>
    /// <exception cref="InvalidDataException">The header is malformed; the message names the file and the problem.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(string path)
    {
        using var stream = File.OpenRead(path);
        return TextsOf(ReadHeader(stream, path));
    }

    /// <summary>Disposes the tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
            tensor.Dispose();
    }

    // The checksum is the file's own affair.
    private static Dictionary<string, string> TextsOf(SafetensorsHeader header) =>
        header.Metadata.Where(pair => pair.Key != FileChecksum.Key).ToDictionary();

    // Wide types first, so that every tensor lies at a multiple of its element's size.
    private static List<SafetensorsEntry> Arrange(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var entries = new List<SafetensorsEntry>();
        long end = 0;
        var typed = tensors.Select(Typed).OrderByDescending(item => item.Type.Size).ThenBy(item => item.Name, StringComparer.Ordinal);
        foreach (var (name, tensor, type) in typed)
        {
            var start = end;
            end += tensor.numel() * type.Size;
            entries.Add(new SafetensorsEntry(name, type, tensor.shape, start, end));
        }
        return entries;
    }

    private static (string Name, Tensor Tensor, SafetensorsType Type) Typed(KeyValuePair<string, Tensor> pair)
    {
        if (!SafetensorsHeader.IsTensorName(pair.Key))
            throw new ArgumentException($"A tensor cannot be called '{pair.Key}' in a safetensors file.");
        var type = SafetensorsType.Find(pair.Value.dtype)
            ?? throw new ArgumentException(
                $"The tensor '{pair.Key}' is {pair.Value.dtype}; a safetensors file holds {SafetensorsType.Names}.");
        return (pair.Key, pair.Value, type);
    }

    private void ReadEntry(FileStream stream, SafetensorsEntry entry, string path)
    {
        if (entry.Type.Type is { } type)
        {
            tensors.Add(entry.Name, ReadValues(stream, entry, type, path));
            return;
        }
        unread.Add(entry.Name, entry.Type.Name);
        stream.Seek(entry.End - entry.Start, SeekOrigin.Current);
    }

    private static Tensor ReadValues(Stream stream, SafetensorsEntry entry, ScalarType type, string path)
    {
        try
        {
            return RawTensor.Read(stream, entry.Shape, type);
        }
        catch (InvalidDataException e)
        {
            throw Malformed(path, $"the tensor '{entry.Name}' {e.Message}", e);
        }
    }

    private static SafetensorsHeader ReadHeader(Stream stream, string path)
    {
        try
        {
            return SafetensorsHeader.Read(stream);
        }
        catch (InvalidDataException e)
        {
            if (FileKind.Explain(stream) is { } kind)
                throw new InvalidDataException($"'{path}' {kind}", e);
            throw Malformed(path, FileKind.IsZip(stream) ? $"it is a PyTorch file, which {nameof(TorchFile)} reads." : e.Message, e);
        }
    }

    private static InvalidDataException Malformed(string path, string problem, Exception? cause = null) =>
        new($"'{path}' cannot be read as safetensors: {problem}", cause);
}
