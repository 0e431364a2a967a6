namespace SelfSup.Data;

/// <summary>The first directory of TIFF data, which images, cameras' raw files and EXIF share; BigTIFF too.</summary>
internal readonly ref struct TiffDirectory
{
    private readonly ReadOnlySpan<byte> tiff, entries;
    private readonly bool little, big;

    private TiffDirectory(ReadOnlySpan<byte> tiff, ReadOnlySpan<byte> entries, bool little, bool big)
    {
        this.tiff = tiff;
        this.entries = entries;
        (this.little, this.big) = (little, big);
    }

    /// <summary>Number of entries, at most those that there is room for.</summary>
    public int Count => entries.Length / EntryBytes;

    private int EntryBytes => big ? 20 : 12;

    /// <summary>Whether data begin as a TIFF file does.</summary>
    public static bool IsTiff(ReadOnlySpan<byte> data) =>
        data.StartsWith("II*\0"u8) || data.StartsWith("MM\0*"u8) || data.StartsWith("II+\0"u8) || data.StartsWith("MM\0+"u8);

    /// <summary>Finds the directory; false if there is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> tiff, out TiffDirectory directory)
    {
        directory = default;
        if (!IsTiff(tiff) || tiff.Length < 16)
            return false;
        var little = tiff[0] == (byte)'I';
        var big = tiff[2] == (byte)'+' || tiff[3] == (byte)'+';
        var at = big ? Integer(tiff, 8, 8, little) : Integer(tiff, 4, 4, little);
        var (countBytes, entryBytes) = big ? (8, 20) : (2, 12);
        if (at < 8 || at > tiff.Length - countBytes)
            return false;
        var start = (int)at + countBytes;
        var count = Math.Clamp(Integer(tiff, (int)at, countBytes, little), 0, (tiff.Length - start) / entryBytes);
        directory = new(tiff, tiff.Slice(start, (int)count * entryBytes), little, big);
        return true;
    }

    /// <summary>The tag of an entry.</summary>
    public int TagOf(int index) => (int)Integer(entries, index * EntryBytes, 2, little);

    /// <summary>Reads an entry; false if its values do not lie within the data.</summary>
    public bool TryRead(int index, out TiffField field)
    {
        field = default;
        var at = index * EntryBytes;
        var type = (int)Integer(entries, at + 2, 2, little);
        var wordBytes = big ? 8 : 4;
        var count = Integer(entries, at + 4, wordBytes, little);
        var valueBytes = TiffField.BytesOf(type);
        if (count < 0 || valueBytes > 0 && count > tiff.Length / valueBytes)
            return false;
        var from = entries;
        var (start, length) = ((long)at + 4 + wordBytes, count * valueBytes);
        if (length > wordBytes)
        {
            from = tiff;
            start = Integer(entries, (int)start, wordBytes, little);
        }
        if (start < 0 || start > from.Length - length)
            return false;
        field = new(type, from.Slice((int)start, (int)length), little);
        return true;
    }

    /// <summary>Finds the field of a tag; false if there is none, or none whose values lie within the data.</summary>
    public bool TryFind(int tag, out TiffField field)
    {
        for (var i = 0; i < Count; i++)
        {
            if (TagOf(i) == tag)
                return TryRead(i, out field);
        }
        field = default;
        return false;
    }

    /// <summary>The first value of a tag; the default where it is absent or no integer.</summary>
    public long IntegerOf(int tag, long absent = 0) => TryFind(tag, out var field) && field.Count > 0 && field.IsInteger ? field[0] : absent;

    private static long Integer(ReadOnlySpan<byte> data, int at, int bytes, bool little) => TiffField.ReadInteger(data[at..], bytes, little);
}
