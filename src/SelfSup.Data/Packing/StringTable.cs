using System.Buffers.Binary;
using System.Text;

namespace SelfSup.Data;

/// <summary>Texts that are decoded one at a time: their number, the offset at which each ends (both int32), then all as UTF-8.</summary>
internal sealed class StringTable
{
    private readonly ReadOnlyMemory<byte> ends;
    private readonly ReadOnlyMemory<byte> text;

    /// <summary>Reads a table and moves on to what follows it.</summary>
    /// <exception cref="InvalidDataException">The table does not fit into the bytes.</exception>
    public StringTable(ref ReadOnlyMemory<byte> bytes)
    {
        Count = BinaryPrimitives.ReadInt32LittleEndian(PackTable.Take(ref bytes, sizeof(int)).Span);
        ends = PackTable.Take(ref bytes, (long)Count * sizeof(int));
        var last = 0;
        for (var i = 0; i < Count; i++)
        {
            if (EndOf(i) < last)
                throw new InvalidDataException("its table makes no sense");
            last = EndOf(i);
        }
        text = PackTable.Take(ref bytes, last);
    }

    public int Count { get; }

    public string this[int index] => Encoding.UTF8.GetString(text.Span[(index == 0 ? 0 : EndOf(index - 1))..EndOf(index)]);

    public static void Write(BinaryWriter writer, IReadOnlyCollection<string> strings)
    {
        writer.Write(strings.Count);
        var end = 0;
        foreach (var text in strings)
            writer.Write(end = checked(end + Encoding.UTF8.GetByteCount(text)));
        foreach (var text in strings)
            writer.Write(Encoding.UTF8.GetBytes(text));
    }

    public string[] ToArray() => [.. Enumerable.Range(0, Count).Select(index => this[index])];

    private int EndOf(int index) => BinaryPrimitives.ReadInt32LittleEndian(ends.Span[(index * sizeof(int))..]);
}
