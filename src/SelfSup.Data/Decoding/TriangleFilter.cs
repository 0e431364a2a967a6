using System.Runtime.Intrinsics;

namespace SelfSup.Data;

/// <summary>
/// How much of which source pixels every output pixel takes along one axis: a triangle that widens with the reduction, so that
/// enlarging is bilinear and reducing does not alias.
/// </summary>
internal sealed class TriangleFilter
{
    /// <summary>Values past the end of a line of RGBA that <see cref="PairsOf"/> has zeros for; they have to be there.</summary>
    public const int Overhang = 4;

    private int from;
    private int to;
    private int taps;
    private int[] starts = [];
    private float[] weights = [];
    private Vector256<float>[] pairs = []; // of weights, each of which stands there four times

    /// <summary>The first source pixel that output pixel <paramref name="i"/> takes from.</summary>
    public int StartOf(int i) => starts[i];

    /// <summary>The weights of that source pixel and its successors, as many for every output pixel; their sum is 1.</summary>
    public ReadOnlySpan<float> WeightsOf(int i) => weights.AsSpan(i * taps, taps);

    /// <summary>The first source pixels of some output pixels.</summary>
    public ReadOnlySpan<int> StartsOf(int i, int count) => starts.AsSpan(i, count);

    /// <summary>
    /// The same weights for RGBA, two source pixels at a time, <see cref="PairCount"/> for every output pixel; the last one is a zero if they
    /// are odd in number.
    /// </summary>
    public ReadOnlySpan<Vector256<float>> PairsOf(int i, int count) => pairs.AsSpan(i * PairCount, count * PairCount);

    /// <summary>Pairs of weights of an output pixel.</summary>
    public int PairCount => (taps + 1) / 2;

    /// <summary>Sets the filter up for a resize, unless it is. Up to three outputs past the last one are all zeros, for those who count in fours.</summary>
    public void Prepare(int side, int size)
    {
        if (from == side && to == size)
            return;
        (from, to) = (side, size);
        var scale = (float)side / size;
        var support = Math.Max(scale, 1);
        taps = Math.Min(side, (int)Math.Ceiling(2 * support) + 1);
        var padded = (size + 3) / 4 * 4;
        if (starts.Length < padded)
            starts = new int[padded];
        if (weights.Length < padded * taps)
            weights = new float[padded * taps];
        for (var i = 0; i < size; i++)
        {
            var center = (i + 0.5f) * scale;
            starts[i] = Math.Clamp((int)MathF.Floor(center - support + 0.5f), 0, side - taps);
            var factors = weights.AsSpan(i * taps, taps);
            var sum = 0f;
            for (var tap = 0; tap < taps; tap++)
                sum += factors[tap] = Math.Max(0, 1 - Math.Abs((starts[i] + tap + 0.5f - center) / support));
            for (var tap = 0; tap < taps; tap++)
                factors[tap] /= sum;
        }
        starts.AsSpan(size, padded - size).Clear();
        weights.AsSpan(size * taps, (padded - size) * taps).Clear();
        PreparePairs(padded);
    }

    private void PreparePairs(int count)
    {
        if (pairs.Length < count * PairCount)
            pairs = new Vector256<float>[count * PairCount];
        for (var i = 0; i < count; i++)
        {
            var factors = WeightsOf(i);
            for (var tap = 0; tap < taps; tap += 2)
            {
                var second = tap + 1 < taps ? factors[tap + 1] : 0;
                pairs[i * PairCount + tap / 2] = Vector256.Create(Vector128.Create(factors[tap]), Vector128.Create(second));
            }
        }
    }
}
