using System.Buffers.Binary;
using System.Text;

namespace SelfSup.Data;

/// <summary>What a file of packed images knows of its records, as <see cref="PackedImages"/> describes it.</summary>
internal sealed class PackTable
{
    private readonly ReadOnlyMemory<byte> checksums;
    private readonly ReadOnlyMemory<byte> labels;
    private readonly StringTable names;

    /// <summary>Reads a table.</summary>
    /// <exception cref="InvalidDataException">The table does not belong to the header; the message is the reason.</exception>
    public PackTable(PackHeader header, ReadOnlyMemory<byte> bytes)
    {
        checksums = Take(ref bytes, (long)header.Count * sizeof(ulong));
        labels = Take(ref bytes, header.IsLabeled ? (long)header.Count * sizeof(int) : 0);
        names = new StringTable(ref bytes);
        ClassNames = new StringTable(ref bytes).ToArray();
        var failed = new StringTable(ref bytes);
        var reasons = new StringTable(ref bytes);
        var labelsFit = !header.IsLabeled || Enumerable.Range(0, header.Count).All(i => (uint)LabelOf(i) < (uint)ClassNames.Length);
        if (names.Count != header.Count || failed.Count != reasons.Count || !bytes.IsEmpty || !labelsFit)
            throw new InvalidDataException("its table makes no sense");
        Failures = [.. failed.ToArray().Zip(reasons.ToArray(), (name, reason) => new ImageFailure(name, reason))];
    }

    public string[] ClassNames { get; }

    public ImageFailure[] Failures { get; }

    public ulong ChecksumOf(int index) => BinaryPrimitives.ReadUInt64LittleEndian(checksums.Span[(index * sizeof(ulong))..]);

    public int LabelOf(int index) => BinaryPrimitives.ReadInt32LittleEndian(labels.Span[(index * sizeof(int))..]);

    public string NameOf(int index) => names[index];

    /// <summary>Checks before anything is decoded that a table of all images can be written.</summary>
    /// <exception cref="ArgumentException">It would be larger than an array; the message says what to do.</exception>
    public static void CheckRoom(IImageSource source)
    {
        long length = 0;
        for (var i = 0; i < source.Count; i++)
            length += sizeof(ulong) + (2 * sizeof(int)) + Encoding.UTF8.GetByteCount(source.NameOf(i));
        if (length > Array.MaxLength)
            throw new ArgumentException(
                $"The names of these {source.Count} images, with their labels and checksums, take {length >> 20} MB, and a file of packed images has "
                + $"room for {Array.MaxLength >> 20}. Pack parts of the images in files of their own.", nameof(source));
    }

    /// <summary>Makes the table of the images that could be read.</summary>
    public static byte[] Make(
        IImageSource source, IReadOnlyCollection<int> indices, IEnumerable<ulong> checksums, IReadOnlyCollection<ImageFailure> failures)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        var labeled = source as ILabeledImageSource;
        foreach (var checksum in checksums)
            writer.Write(checksum);
        foreach (var index in labeled is null ? [] : indices)
            writer.Write(labeled!.LabelOf(index));
        StringTable.Write(writer, [.. indices.Select(source.NameOf)]);
        StringTable.Write(writer, labeled is null ? [] : [.. labeled.ClassNames]);
        StringTable.Write(writer, [.. failures.Select(failure => failure.Name)]);
        StringTable.Write(writer, [.. failures.Select(failure => failure.Reason)]);
        return memory.ToArray();
    }

    /// <summary>Cuts off the first bytes.</summary>
    /// <exception cref="InvalidDataException">There are not so many.</exception>
    public static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> bytes, long length)
    {
        if (length < 0 || length > bytes.Length)
            throw new InvalidDataException("its table makes no sense");
        var taken = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return taken;
    }
}
