using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SelfSup.Data;

/// <summary>
/// Resizes squares by a triangle filter that widens with the reduction, so that enlarging is bilinear and reducing does not alias.
/// Keeps its scratch for reuse; each thread has its own.
/// </summary>
internal sealed class Resampler
{
    [ThreadStatic]
    private static Resampler? current;

    private int from;
    private int to;
    private int taps;
    private int[] starts = [];
    private float[] weights = [];
    private float[] row = [];

    /// <summary>The calling thread's resampler.</summary>
    public static Resampler Current => current ??= new Resampler();

    /// <summary>Resizes an RGB square of three planes.</summary>
    public void ResizePlanar(ReadOnlySpan<byte> planes, int side, int size, Span<byte> pixels)
    {
        for (var channel = 0; channel < 3; channel++)
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
        Prepare(side, size, side);
        for (var y = 0; y < size; y++)
        {
            var line = BlendRows(plane, side, side, y);
            for (var x = 0; x < size; x++)
            {
                var sum = 0f;
                var values = line.Slice(starts[x], taps);
                var factors = weights.AsSpan(x * taps, taps);
                for (var i = 0; i < factors.Length; i++)
                    sum += factors[i] * values[i];
                pixels[y * size + x] = ToByte(sum);
            }
        }
    }

    /// <summary>Resizes a square of interleaved, premultiplied RGBA to upright RGB planes on white.</summary>
    public void ResizeRgba(ReadOnlySpan<byte> rgba, int rowBytes, int side, int size, Orientation orientation, Span<byte> pixels)
    {
        Prepare(side, size, side * 4);
        var (start, stepX, stepY) = orientation.Layout(size);
        var red = pixels[..(size * size)];
        var green = pixels.Slice(size * size, size * size);
        var blue = pixels.Slice(2 * size * size, size * size);
        for (var y = 0; y < size; y++)
        {
            var line = MemoryMarshal.Cast<float, Vector128<float>>(BlendRows(rgba, rowBytes, side * 4, y));
            var at = start + y * stepY;
            for (var x = 0; x < size; x++, at += stepX)
            {
                var sum = Vector128<float>.Zero;
                var values = line.Slice(starts[x], taps);
                var factors = weights.AsSpan(x * taps, taps);
                for (var i = 0; i < factors.Length; i++)
                    sum += values[i] * factors[i];
                sum += Vector128.Create(255 - sum[3]);
                red[at] = ToByte(sum[0]);
                green[at] = ToByte(sum[1]);
                blue[at] = ToByte(sum[2]);
            }
        }
    }

    /// <summary>Weighs the source rows under output row <paramref name="y"/> into one; rows are contiguous in every layout.</summary>
    private Span<float> BlendRows(ReadOnlySpan<byte> source, int rowBytes, int length, int y)
    {
        var line = row.AsSpan(0, length);
        line.Clear();
        for (var i = 0; i < taps; i++)
        {
            var weight = weights[y * taps + i];
            if (weight != 0)
                AddRow(source.Slice((starts[y] + i) * rowBytes, length), weight, line);
        }
        return line;
    }

    private static void AddRow(ReadOnlySpan<byte> source, float weight, Span<float> line)
    {
        ref var bytes = ref MemoryMarshal.GetReference(source);
        ref var floats = ref MemoryMarshal.GetReference(line);
        var quarter = Vector<float>.Count;
        var i = 0;
        for (; i <= source.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref bytes, (nuint)i), out var low, out var high);
            Vector.Widen(low, out var a, out var b);
            Vector.Widen(high, out var c, out var d);
            Add(a, ref Unsafe.Add(ref floats, i));
            Add(b, ref Unsafe.Add(ref floats, i + quarter));
            Add(c, ref Unsafe.Add(ref floats, i + 2 * quarter));
            Add(d, ref Unsafe.Add(ref floats, i + 3 * quarter));
        }
        for (; i < source.Length; i++)
            line[i] += weight * source[i];

        void Add(Vector<uint> values, ref float target) =>
            (Vector.LoadUnsafe(ref target) + Vector.ConvertToSingle(Vector.AsVectorInt32(values)) * weight).StoreUnsafe(ref target);
    }

    private static byte ToByte(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);

    private void Prepare(int side, int size, int rowLength)
    {
        if (row.Length < rowLength)
            row = new float[rowLength];
        if (from == side && to == size)
            return;
        (from, to) = (side, size);
        var scale = (float)side / size;
        var support = Math.Max(scale, 1);
        taps = Math.Min(side, (int)Math.Ceiling(2 * support) + 1);
        starts = new int[size];
        weights = new float[size * taps];
        for (var i = 0; i < size; i++)
        {
            var centre = (i + 0.5f) * scale;
            starts[i] = Math.Clamp((int)MathF.Floor(centre - support + 0.5f), 0, side - taps);
            var factors = weights.AsSpan(i * taps, taps);
            var sum = 0f;
            for (var tap = 0; tap < taps; tap++)
                sum += factors[tap] = Math.Max(0, 1 - Math.Abs((starts[i] + tap + 0.5f - centre) / support));
            for (var tap = 0; tap < taps; tap++)
                factors[tap] /= sum;
        }
    }
}
