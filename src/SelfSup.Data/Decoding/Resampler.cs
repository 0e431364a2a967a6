using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SelfSup.Data;

/// <summary>Resizes squares by a <see cref="TriangleFilter"/>, first down, then across. Keeps its scratch for reuse; each thread has its own.</summary>
internal sealed class Resampler
{
    [ThreadStatic]
    private static Resampler? current;

    private readonly TriangleFilter filter = new();
    private float[] row = [];

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
            var line = BlendRows(plane, side, side, y);
            for (var x = 0; x < size; x++)
            {
                var sum = 0f;
                var factors = filter.WeightsOf(x);
                var values = line.Slice(filter.StartOf(x), factors.Length);
                for (var i = 0; i < factors.Length; i++)
                    sum += factors[i] * values[i];
                pixels[y * size + x] = (byte)(sum + 0.5f);
            }
        }
    }

    /// <summary>Resizes a square of interleaved, premultiplied RGBA to upright RGB planes on white.</summary>
    public void ResizeRgba(ReadOnlySpan<byte> rgba, int rowBytes, int side, int size, Orientation orientation, Span<byte> pixels)
    {
        filter.Prepare(side, size);
        var (start, stepX, stepY) = orientation.Layout(size);
        var plane = size * size;
        pixels = pixels[..(3 * plane)];
        for (var y = 0; y < size; y++)
        {
            ref var line = ref MemoryMarshal.GetReference(BlendRows(rgba, rowBytes, side * 4, y));
            var at = start + y * stepY;
            for (var x = 0; x < size; x += 4)
            {
                var four = WeighFour(ref line, x);
                var count = Math.Min(4, size - x);
                for (var channel = 0; channel < 3; channel++)
                {
                    var values = four[channel];
                    if (stepX == 1 && count == 4)
                        MemoryMarshal.Write(pixels[(channel * plane + at)..], values);
                    else
                    {
                        for (var i = 0; i < count; i++)
                            pixels[channel * plane + at + i * stepX] = (byte)(values >> (8 * i));
                    }
                }
                at += 4 * stepX;
            }
        }
    }

    /// <summary>Weighs the source rows under output row <paramref name="y"/> into one; rows are contiguous in every layout.</summary>
    private Span<float> BlendRows(ReadOnlySpan<byte> source, int rowBytes, int length, int y)
    {
        if (row.Length < length + TriangleFilter.Overhang)
            row = new float[length + TriangleFilter.Overhang];
        var line = row.AsSpan(0, length);
        var factors = filter.WeightsOf(y).TrimEnd(0f);
        var rows = source.Slice(filter.StartOf(y) * rowBytes, (factors.Length - 1) * rowBytes + length);
        var step = Vector<byte>.Count;
        // The last step goes back to end with the row, and so repeats a few columns.
        for (var x = 0; length >= step && x < length; x += step)
            BlendColumns(rows, rowBytes, Math.Min(x, length - step), factors, line);
        for (var x = 0; length < step && x < length; x++)
        {
            var sum = 0f;
            for (var i = 0; i < factors.Length; i++)
                sum += factors[i] * rows[i * rowBytes + x];
            line[x] = sum;
        }
        return line;
    }

    /// <summary>Weighs as many columns as a vector has bytes, which all rows have.</summary>
    private static void BlendColumns(ReadOnlySpan<byte> rows, int rowBytes, int x, ReadOnlySpan<float> factors, Span<float> line)
    {
        Vector<float> a = default, b = default, c = default, d = default;
        ref var column = ref Unsafe.Add(ref MemoryMarshal.GetReference(rows), x);
        foreach (var factor in factors)
        {
            Vector.Widen(Vector.LoadUnsafe(ref column), out var low, out var high);
            Vector.Widen(low, out var first, out var second);
            Vector.Widen(high, out var third, out var fourth);
            a += Vector.ConvertToSingle(Vector.AsVectorInt32(first)) * factor;
            b += Vector.ConvertToSingle(Vector.AsVectorInt32(second)) * factor;
            c += Vector.ConvertToSingle(Vector.AsVectorInt32(third)) * factor;
            d += Vector.ConvertToSingle(Vector.AsVectorInt32(fourth)) * factor;
            column = ref Unsafe.Add(ref column, rowBytes);
        }
        var target = line.Slice(x, Vector<byte>.Count);
        a.CopyTo(target);
        b.CopyTo(target[Vector<float>.Count..]);
        c.CopyTo(target[(2 * Vector<float>.Count)..]);
        d.CopyTo(target[(3 * Vector<float>.Count)..]);
    }

    /// <summary>The RGBA of four output columns from <paramref name="x"/> on, on white: their reds, greens and blues as bytes.</summary>
    private Vector128<uint> WeighFour(ref float line, int x)
    {
        var count = filter.PairCount;
        ref var factors = ref MemoryMarshal.GetReference(filter.PairsOf(x, 4));
        var starts = filter.StartsOf(x, 4);
        var first = WeighOnWhite(ref Unsafe.Add(ref line, 4 * starts[0]), ref factors, count);
        var second = WeighOnWhite(ref Unsafe.Add(ref line, 4 * starts[1]), ref Unsafe.Add(ref factors, count), count);
        var third = WeighOnWhite(ref Unsafe.Add(ref line, 4 * starts[2]), ref Unsafe.Add(ref factors, 2 * count), count);
        var fourth = WeighOnWhite(ref Unsafe.Add(ref line, 4 * starts[3]), ref Unsafe.Add(ref factors, 3 * count), count);
        return first | second << 8 | third << 16 | fourth << 24;
    }

    /// <summary>Weighs source pixels, two at a time, lays the sum on white and rounds it to 0..255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> WeighOnWhite(ref float values, ref Vector256<float> factors, int count)
    {
        var both = Vector256.LoadUnsafe(ref values) * factors;
        for (var i = 1; i < count; i++)
            both += Vector256.LoadUnsafe(ref values, (nuint)(8 * i)) * Unsafe.Add(ref factors, i);
        var sum = both.GetLower() + both.GetUpper();
        var white = Vector128.Create(255.5f) - Vector128.Shuffle(sum, Vector128.Create(3));
        return Vector128.ConvertToInt32(sum + white).AsUInt32();
    }
}
