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
            var line = MemoryMarshal.Cast<float, Vector128<float>>(BlendRows(rgba, rowBytes, side * 4, y));
            var at = start + y * stepY;
            for (var x = 0; x < size; x += 4)
            {
                var four = ToPlanes(WeighOnWhite(line, x), WeighOnWhite(line, x + 1), WeighOnWhite(line, x + 2), WeighOnWhite(line, x + 3));
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
        if (row.Length < length)
            row = new float[length];
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

    private static void BlendColumns(ReadOnlySpan<byte> rows, int rowBytes, int x, ReadOnlySpan<float> factors, Span<float> line)
    {
        Vector<float> a = default, b = default, c = default, d = default;
        for (var i = 0; i < factors.Length; i++)
        {
            Vector.Widen(new Vector<byte>(rows[(i * rowBytes + x)..]), out var low, out var high);
            Vector.Widen(low, out var first, out var second);
            Vector.Widen(high, out var third, out var fourth);
            a += Vector.ConvertToSingle(Vector.AsVectorInt32(first)) * factors[i];
            b += Vector.ConvertToSingle(Vector.AsVectorInt32(second)) * factors[i];
            c += Vector.ConvertToSingle(Vector.AsVectorInt32(third)) * factors[i];
            d += Vector.ConvertToSingle(Vector.AsVectorInt32(fourth)) * factors[i];
        }
        var target = line.Slice(x, Vector<byte>.Count);
        a.CopyTo(target);
        b.CopyTo(target[Vector<float>.Count..]);
        c.CopyTo(target[(2 * Vector<float>.Count)..]);
        d.CopyTo(target[(3 * Vector<float>.Count)..]);
    }

    /// <summary>The RGBA of output column <paramref name="x"/>, laid on white.</summary>
    private Vector128<float> WeighOnWhite(ReadOnlySpan<Vector128<float>> line, int x)
    {
        var sum = Vector128<float>.Zero;
        var factors = filter.WeightsOf(x);
        var values = line.Slice(filter.StartOf(x), factors.Length);
        for (var i = 0; i < factors.Length; i++)
            sum += values[i] * factors[i];
        return sum + Vector128.Create(255 - sum[3]);
    }

    /// <summary>Rounds four pixels of 0..255 to bytes and sorts these by channel: the four reds, greens, blues and the rest.</summary>
    private static Vector128<uint> ToPlanes(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        var half = Vector128.Create(0.5f);
        var low = Vector128.Narrow(Vector128.ConvertToInt32(a + half), Vector128.ConvertToInt32(b + half));
        var high = Vector128.Narrow(Vector128.ConvertToInt32(c + half), Vector128.ConvertToInt32(d + half));
        var bytes = Vector128.Narrow(low.AsUInt16(), high.AsUInt16());
        return Vector128.Shuffle(bytes, Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)).AsUInt32();
    }
}
