using System.IO.Compression;
using System.Text;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>The zip archive of a PyTorch file: a pickle, and the values of every storage in an entry of their own.</summary>
/// <remarks>
/// Entries are stored as they are, so all that is read together is no longer than the file. Compressed entries could unpack to
/// any length; PyTorch writes none, and they are refused.
/// </remarks>
internal sealed class TorchArchive : IDisposable
{
    private const string PickleName = "data.pkl";
    private const int PickleLimit = 1 << 26;
    private const int ByteOrderLimit = 16;

    private readonly ZipArchive zip;
    private readonly Dictionary<string, ZipArchiveEntry> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (PickledStorage Storage, Tensor Values)> storages = new(StringComparer.Ordinal);
    private readonly string folder;
    private long allowance; // entries may lie over one another, and still count one by one

    /// <summary>Reads the list of entries.</summary>
    /// <param name="stream">The file; the archive closes it.</param>
    /// <exception cref="InvalidDataException">This is no archive, or no archive of PyTorch's.</exception>
    public TorchArchive(Stream stream)
    {
        allowance = stream.Length;
        zip = Open(stream);
        foreach (var entry in zip.Entries)
        {
            if (!entries.TryAdd(entry.FullName, entry))
                throw new InvalidDataException($"the archive has two entries '{entry.FullName}'.");
        }
        var pickles = entries.Keys.Where(name => name.EndsWith("/" + PickleName, StringComparison.Ordinal)).ToArray();
        if (pickles.Length != 1)
            throw new InvalidDataException($"the archive has {pickles.Length} entries {PickleName} instead of one.");
        folder = pickles[0][..^PickleName.Length];
        if (entries.ContainsKey(folder + "byteorder") && Encoding.ASCII.GetString(ReadBytes("byteorder", ByteOrderLimit)) != "little")
            throw new InvalidDataException("its values are not in little-endian byte order.");
    }

    /// <summary>Reads the pickle.</summary>
    /// <exception cref="InvalidDataException">It is missing, too long or cut off.</exception>
    public byte[] ReadPickle() => ReadBytes(PickleName, PickleLimit);

    /// <summary>Reads a storage of a type that is read, once for all tensors that share it.</summary>
    /// <returns>Its elements in one dimension, owned by the archive.</returns>
    /// <exception cref="InvalidDataException">Its entry is missing, of another length or cut off, or was read as another type.</exception>
    public Tensor ReadStorage(PickledStorage storage)
    {
        if (!storages.TryGetValue(storage.Key, out var read))
        {
            using var stream = Open("data/" + storage.Key, storage.Count * (Int128)storage.Type.Size);
            read = (storage, ReadValues(stream, storage));
            storages.Add(storage.Key, read);
        }
        return read.Storage == storage
            ? read.Values
            : throw new InvalidDataException($"the storage '{storage.Key}' is described in two ways.");
    }

    /// <summary>Disposes the storages; tensors that view them keep their values.</summary>
    public void Dispose()
    {
        foreach (var (_, values) in storages.Values)
            values.Dispose();
        zip.Dispose();
    }

    private static ZipArchive Open(Stream stream)
    {
        try
        {
            var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            _ = zip.Entries; // reads the list
            return zip;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"its zip archive is cut off or damaged; fetch it again ({e.Message})", e);
        }
    }

    private static Tensor ReadValues(Stream stream, PickledStorage storage)
    {
        try
        {
            return RawTensor.Read(stream, [storage.Count], storage.Type.Type!.Value);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"the storage '{storage.Key}' {e.Message}", e);
        }
    }

    private byte[] ReadBytes(string name, int limit)
    {
        var length = Find(name).Length;
        if (length > limit)
            throw new InvalidDataException($"its {name} has {length} bytes; {limit} are allowed.");
        using var stream = Open(name, length);
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private ZipArchiveEntry Find(string name) =>
        entries.TryGetValue(folder + name, out var entry) ? entry : throw new InvalidDataException($"the archive lacks {folder}{name}.");

    private Stream Open(string name, Int128 length)
    {
        var entry = Find(name);
        if (entry.Length != length)
            throw new InvalidDataException($"its {name} has {entry.Length} bytes instead of {length}.");
        if (entry.CompressedLength != entry.Length || entry.IsEncrypted)
            throw new InvalidDataException($"its {name} is compressed or encrypted, which torch.save does not do.");
        if (entry.Length > allowance)
            throw new InvalidDataException($"its entries are longer than the file together, up to {name} with {entry.Length} bytes.");
        allowance -= entry.Length;
        return entry.Open();
    }
}
