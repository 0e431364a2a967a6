using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SelfSup.Data;

/// <summary>
/// Resizes squares by a <see cref="TriangleFilter"/>, first down, then across, in whole numbers of which <see cref="LineBits"/> stand behind
/// the point between the two. Keeps its scratch for reuse; each thread has its own.
/// </summary>
internal sealed class Resampler
{
    private const int LineBits = 7;
    private const int SumBits = LineBits + TriangleFilter.Bits;
    private const int DroppedBits = TriangleFilter.Bits - LineBits;
    private const int LineHalf = 1 << (DroppedBits - 1);

    [ThreadStatic]
    private static Resampler? current;

    private readonly TriangleFilter filter = new();
    private short[] row = [];
    private Vector256<short>[] rowPairs = []; // of weights, each of which stands there eight times

    /// <summary>The calling thread's resampler.</summary>
    public static Resampler Current => current ??= new Resampler();

    /// <summary>Resizes a square of some planes: three for RGB, more for a clip.</summary>
    public void ResizePlanar(ReadOnlySpan<byte> planes, int side, int size, Span<byte> pixels, int count = 3)
    {
        for (var channel = 0; channel < count; channel++)
            ResizePlane(planes.Slice(channel * side * side, side * side), side, size, pixels.Slice(channel * size * size, size * size));
    }

    /// <summary>Resizes a square of one channel.</summary>
    public void ResizePlane(ReadOnlySpan<byte> plane, int side, int size, Span<byte> pixels)
    {
        if (side == size)
        {
            plane[..(side * side)].CopyTo(pixels);
            return;
        }
        filter.Prepare(side, size);
        for (var y = 0; y < size; y++)
        {
            var line = BlendRows(plane, side, side, y, inPairs: false);
            for (var x = 0; x < size; x++)
            {
                var sum = 1 << (SumBits - 1);
                var factors = filter.WeightsOf(x);
                var values = line.Slice(filter.StartOf(x), factors.Length);
                for (var i = 0; i < factors.Length; i++)
                    sum += factors[i] * values[i];
                pixels[y * size + x] = (byte)(sum >> SumBits);
            }
        }
    }

    /// <summary>Resizes a square of interleaved, premultiplied RGBA to upright RGB planes on white.</summary>
    public void ResizeRgba(ReadOnlySpan<byte> rgba, int rowBytes, int side, int size, Orientation orientation, Span<byte> pixels)
    {
        filter.Prepare(side, size);
        var (start, stepX, stepY) = orientation.Layout(size);
        var plane = checked(size * size);
        pixels = pixels[..checked(3 * plane)];
        for (var y = 0; y < size; y++)
        {
            ref var line = ref MemoryMarshal.GetReference(BlendRows(rgba, rowBytes, side * 4, y, inPairs: true));
            var at = start + y * stepY;
            for (var x = 0; x < size; x += 4)
            {
                var four = WeighFour(ref line, x);
                if (stepX == 1 && x + 4 <= size)
                {
                    ref var target = ref Unsafe.Add(ref MemoryMarshal.GetReference(pixels), at);
                    Unsafe.WriteUnaligned(ref target, four.AsUInt32()[0]);
                    Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, plane), four.AsUInt32()[1]);
                    Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, 2 * plane), four.AsUInt32()[2]);
                }
                else
                {
                    for (var i = 0; i < Math.Min(4, size - x); i++)
                    {
                        for (var channel = 0; channel < 3; channel++)
                            pixels[channel * plane + at + i * stepX] = four[4 * channel + i];
                    }
                }
                at += 4 * stepX;
            }
        }
    }

    /// <summary>Weighs the source rows under output row <paramref name="y"/> into one.</summary>
    /// <param name="source">The rows, a number of bytes apart.</param>
    /// <param name="rowBytes">This number.</param>
    /// <param name="length">Bytes of a row to weigh.</param>
    /// <param name="y">The output row.</param>
    /// <param name="inPairs">
    /// Whether the result has the bytes of RGBA by pairs of pixels, as R R G G B B A A, rather than in the source's order.
    /// </param>
    private Span<short> BlendRows(ReadOnlySpan<byte> source, int rowBytes, int length, int y, bool inPairs)
    {
        if (row.Length < length + 4 * TriangleFilter.Overhang)
            row = new short[length + 4 * TriangleFilter.Overhang];
        var line = row.AsSpan(0, length);
        var factors = filter.WeightsOf(y).TrimEnd((short)0);
        var rows = source.Slice(filter.StartOf(y) * rowBytes, (factors.Length - 1) * rowBytes + length);
        PairUp(factors);
        var x = 0;
        for (; x <= length - Vector256<short>.Count; x += Vector256<short>.Count)
        {
            var sums = BlendColumns(ref Unsafe.Add(ref MemoryMarshal.GetReference(rows), x), rowBytes, factors.Length, rowPairs);
            if (inPairs)
                sums = Vector256.Shuffle(sums, Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15));
            sums.CopyTo(line[x..]);
        }
        for (; x < length; x++)
        {
            var sum = LineHalf;
            for (var i = 0; i < factors.Length; i++)
                sum += rows[i * rowBytes + x] * factors[i];
            row[inPairs ? PlaceInPairs(x) : x] = (short)(sum >> DroppedBits);
        }
        return line;
    }

    /// <summary>Takes the weights of rows two at a time; the last one's second is zero if they are odd in number.</summary>
    private void PairUp(ReadOnlySpan<short> factors)
    {
        if (rowPairs.Length < (factors.Length + 1) / 2)
            rowPairs = new Vector256<short>[(factors.Length + 1) / 2];
        for (var i = 0; i < factors.Length; i += 2)
            rowPairs[i / 2] = Vector256.Create((i + 1 < factors.Length ? factors[i + 1] << 16 : 0) | (ushort)factors[i]).AsInt16();
    }

    /// <summary>Where a byte of RGBA stands among those of its pair of pixels: R R G G B B A A.</summary>
    private static int PlaceInPairs(int x) => (x & ~7) + 2 * (x & 3) + (x >> 2 & 1);

    /// <summary>Weighs as many columns as a vector has numbers, which all rows have, two rows at a time.</summary>
    private static Vector256<short> BlendColumns(ref byte column, int rowBytes, int rows, ReadOnlySpan<Vector256<short>> factors)
    {
        var lower = Vector256.Create(0xFFFF);
        var (even, odd) = (Vector256.Create(LineHalf), Vector256.Create(LineHalf));
        for (var i = 0; 2 * i < rows; i++)
        {
            var first = Widen(ref column);
            var second = Widen(ref Unsafe.Add(ref column, 2 * i + 1 < rows ? rowBytes : 0));
            even += MultiplyAddPairs(Vector256.ConditionalSelect(lower, first, second << 16).AsInt16(), factors[i]);
            odd += MultiplyAddPairs(Vector256.ConditionalSelect(lower, first >>> 16, second).AsInt16(), factors[i]);
            column = ref Unsafe.Add(ref column, 2 * rowBytes);
        }
        return ((even >> DroppedBits) | (odd >> DroppedBits << 16)).AsInt16();

        static Vector256<int> Widen(ref byte bytes) => Vector256.WidenLower(Vector128.LoadUnsafe(ref bytes).ToVector256Unsafe()).AsInt32();
    }

    /// <summary>The RGBA of four output columns from <paramref name="x"/> on, on white: their reds, greens and blues as bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<byte> WeighFour(ref short line, int x)
    {
        var places = filter.FirstPairsOf(x);
        var factors = filter.PairsOf(x);
        ref var factor = ref MemoryMarshal.GetReference(factors);
        ref var first = ref Unsafe.Add(ref line, 8 * places[0]);
        ref var second = ref Unsafe.Add(ref line, 8 * places[1]);
        ref var third = ref Unsafe.Add(ref line, 8 * places[2]);
        ref var fourth = ref Unsafe.Add(ref line, 8 * places[3]);
        var sums = Vector256.Create(1 << (SumBits - 1));
        var others = sums;
        for (nuint i = 0, at = 0; i < (nuint)factors.Length; i += 2, at += 8)
        {
            var values = Vector256.Create(Vector128.LoadUnsafe(ref first, at), Vector128.LoadUnsafe(ref second, at));
            sums += MultiplyAddPairs(values, Unsafe.Add(ref factor, i));
            values = Vector256.Create(Vector128.LoadUnsafe(ref third, at), Vector128.LoadUnsafe(ref fourth, at));
            others += MultiplyAddPairs(values, Unsafe.Add(ref factor, i + 1));
        }
        var both = (sums.AsUInt32() >> SumBits) | (others.AsUInt32() >> SumBits) << 16;
        var four = (both.GetLower() | both.GetUpper() << 8).AsByte();
        var alpha = Vector128.Shuffle(four.AsUInt32(), Vector128.Create(3u)).AsByte();
        return four + (Vector128<byte>.AllBitsSet - alpha);
    }

    /// <summary>Multiplies, and adds every two neighbors.</summary>
    private static Vector256<int> MultiplyAddPairs(Vector256<short> left, Vector256<short> right)
    {
        if (Avx2.IsSupported)
            return Avx2.MultiplyAddAdjacent(left, right);
        var (a, b) = (left.AsInt32(), right.AsInt32());
        return (a << 16 >> 16) * (b << 16 >> 16) + (a >> 16) * (b >> 16);
    }
}
