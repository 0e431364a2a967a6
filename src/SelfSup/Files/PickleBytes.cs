using System.Buffers.Binary;
using System.Text;

namespace SelfSup.Files;

/// <summary>Takes numbers and texts from a pickle's bytes one after another; every length is checked before it is used.</summary>
internal sealed class PickleBytes(byte[] bytes)
{
    // Longer names of modules and classes are nobody's.
    private const int LineLimit = 256;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private int position;

    /// <summary>Takes bytes.</summary>
    /// <exception cref="InvalidDataException">So many are not left.</exception>
    public ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(bytes.Length - position))
            throw new InvalidDataException($"the pickle ends after {bytes.Length} bytes, inside a value.");
        var taken = bytes.AsSpan(position, (int)count);
        position += (int)count;
        return taken;
    }

    /// <summary>Takes a byte.</summary>
    public byte TakeByte() => Take(1)[0];

    /// <summary>Takes an unsigned number of 2 bytes.</summary>
    public ushort TakeUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    /// <summary>Takes a signed number of 4 bytes.</summary>
    public int TakeInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    /// <summary>Takes an unsigned number of 4 bytes.</summary>
    public uint TakeUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>Takes an unsigned number of 8 bytes.</summary>
    public ulong TakeUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>Takes a signed number of any length; null when it is too long for a size of anything.</summary>
    public long? TakeInteger(ulong length)
    {
        var taken = Take(length);
        if (taken.Length > sizeof(long))
            return null;
        long value = 0;
        for (var i = taken.Length - 1; i >= 0; i--)
            value = (value << 8) | taken[i];
        var unused = 64 - 8 * taken.Length;
        return taken.Length == 0 ? 0 : value << unused >> unused; // the sign is the last byte's
    }

    /// <summary>Takes a text in UTF-8.</summary>
    public string TakeText(ulong length)
    {
        try
        {
            return StrictUtf8.GetString(Take(length));
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException("the pickle has a text that is not UTF-8.", e);
        }
    }

    /// <summary>Takes a line without its end.</summary>
    public string TakeLine()
    {
        var rest = bytes.AsSpan(position);
        var length = rest[..Math.Min(rest.Length, LineLimit)].IndexOf((byte)'\n');
        if (length < 0)
            throw new InvalidDataException($"the pickle has a name without an end within {LineLimit} bytes.");
        var line = TakeText((ulong)length);
        position++;
        return line;
    }
}
