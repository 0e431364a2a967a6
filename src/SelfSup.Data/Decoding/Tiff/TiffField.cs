using System.Buffers.Binary;

namespace SelfSup.Data;

/// <summary>The values of one tag of a TIFF directory.</summary>
internal readonly ref struct TiffField(int type, ReadOnlySpan<byte> data, bool little)
{
    private readonly ReadOnlySpan<byte> data = data;
    private readonly bool little = little;
    private readonly int type = type;

    /// <summary>Number of values.</summary>
    public int Count => ValueBytes == 0 ? 0 : data.Length / ValueBytes;

    /// <summary>Whether the values are whole numbers.</summary>
    public bool IsInteger => type is 1 or 3 or 4 or 6 or 8 or 9 or 13 or 16 or 17 or 18;

    /// <summary>The values as they are stored, such as text.</summary>
    public ReadOnlySpan<byte> Bytes => data;

    private int ValueBytes => BytesOf(type);

    /// <summary>A whole number.</summary>
    public long this[int index] => ReadInteger(data[(index * ValueBytes)..], ValueBytes, little);

    /// <summary>Bytes of one value of a type; 0 for types that do not exist.</summary>
    public static int BytesOf(int type) => type switch
    {
        1 or 2 or 6 or 7 => 1, // byte, text, signed byte, bytes of any kind
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4, // 11 is a float, 13 the place of a directory
        5 or 10 or 12 or 16 or 17 or 18 => 8, // fractions, a double, and the numbers of BigTIFF
        _ => 0,
    };

    /// <summary>Reads an unsigned number of 1, 2, 4 or 8 bytes; those beyond a long come out negative.</summary>
    public static long ReadInteger(ReadOnlySpan<byte> data, int bytes, bool little) => bytes switch
    {
        1 => data[0],
        2 => little ? BinaryPrimitives.ReadUInt16LittleEndian(data) : BinaryPrimitives.ReadUInt16BigEndian(data),
        4 => little ? BinaryPrimitives.ReadUInt32LittleEndian(data) : BinaryPrimitives.ReadUInt32BigEndian(data),
        _ => little ? BinaryPrimitives.ReadInt64LittleEndian(data) : BinaryPrimitives.ReadInt64BigEndian(data),
    };
}
