using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace SelfSup.Data;

/// <summary>The bits of a JPEG scan, up to the next marker. Past these it reads zeros and notes that they are missing.</summary>
internal ref struct EntropyBits(ReadOnlySpan<byte> jpeg, int position)
{
    private const byte Prefix = 0xFF;

    private readonly ReadOnlySpan<byte> jpeg = jpeg;
    private int position = position;
    private ulong buffer; // the next bit is the highest
    private int count;
    private bool ended;

    /// <summary>Whether more bits were asked for than there are.</summary>
    public bool IsShort { get; private set; }

    /// <summary>The next 16 bits, which stay.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Peek16()
    {
        if (count < 16)
            Fill();
        return (int)(buffer >> 48);
    }

    /// <summary>Passes over at most 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int bits)
    {
        if (bits > count)
            FillFor(bits);
        buffer <<= bits;
        count -= bits;
    }

    /// <summary>Takes at most 16 bits as a number.</summary>
    public int Take(int bits)
    {
        var value = Peek16() >> (16 - bits);
        Skip(bits);
        return value;
    }

    /// <summary>Takes a coefficient of at most 15 bits, and passes over at most 16 before it; negative ones have a zero in front.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int TakeCoefficient(int bits, int after = 0)
    {
        if (after + bits > count)
            FillFor(after + bits);
        var value = (int)(buffer << after >> (63 - bits) >> 1);
        Skip(after + bits);
        // Without a branch, which nobody could foretell.
        var isNegative = (value >> (bits - 1)) - 1;
        return value - (isNegative & ((1 << bits) - 1));
    }

    /// <summary>Goes to the next marker, and past it if it is the restart marker of that number.</summary>
    public bool TryRestart(int number)
    {
        var markers = new JpegMarkers(jpeg[(position - 2)..]);
        if (!markers.MoveNext() || markers.Marker != JpegMarkers.FirstRestart + number)
            return false;
        position += markers.Position - 2;
        (buffer, count, ended) = (0, 0, false);
        return true;
    }

    private void FillFor(int bits)
    {
        Fill();
        if (bits <= count)
            return;
        IsShort = true;
        count = bits;
    }

    private void Fill()
    {
        if (position + 8 <= jpeg.Length)
        {
            var next = BinaryPrimitives.ReadUInt64BigEndian(jpeg[position..]);
            if (!HasPrefix(next))
            {
                var bytes = (64 - count) / 8;
                buffer |= (bytes == 8 ? next : next >> (64 - 8 * bytes) << (64 - 8 * bytes)) >> count;
                count += 8 * bytes;
                position += bytes;
                return;
            }
        }
        while (count <= 56 && !ended)
            FillByte();
    }

    private void FillByte()
    {
        var next = position;
        if (next < jpeg.Length && jpeg[next] == Prefix)
        {
            // The byte 0xFF is written as 0xFF, any number of times, and 0.
            do
                next++;
            while (next < jpeg.Length && jpeg[next] == Prefix);
            ended = next >= jpeg.Length || jpeg[next] != 0;
        }
        else
        {
            ended = next >= jpeg.Length;
        }
        if (ended)
            return;
        buffer |= (ulong)jpeg[position] << (56 - count);
        count += 8;
        position = next + 1;
    }

    private static bool HasPrefix(ulong bytes) => ((~bytes - 0x0101010101010101) & bytes & 0x8080808080808080) != 0;
}
