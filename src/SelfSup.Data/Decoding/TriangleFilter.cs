using System.Runtime.Intrinsics;

namespace SelfSup.Data;

/// <summary>
/// How much of which source pixels every output pixel takes along one axis: a triangle that widens with the reduction, so that
/// enlarging is bilinear and reducing does not alias. In whole numbers, so that it is the same on every machine.
/// </summary>
internal sealed class TriangleFilter
{
    /// <summary>Bits of a weight behind the point: the weights of an output pixel add up to 1 shifted by these.</summary>
    public const int Bits = 14;

    /// <summary>Pixels past the end of a line that <see cref="PairsOf"/> has zeros for; they have to be there.</summary>
    public const int Overhang = 2;

    private int from;
    private int to;
    private int taps;
    private int[] starts = [];
    private short[] weights = [];
    private int[] firstPairs = [];
    private Vector256<short>[] pairs = []; // of weights of two output pixels, each of which stands there four times

    /// <summary>The first source pixel that output pixel <paramref name="i"/> takes from.</summary>
    public int StartOf(int i) => starts[i];

    /// <summary>The weights of that source pixel and its successors, as many for every output pixel.</summary>
    public ReadOnlySpan<short> WeightsOf(int i) => weights.AsSpan(i * taps, taps);

    /// <summary>
    /// The first pairs of source pixels that four output pixels take from: source pixels 0 and 1 are the first pair, 2 and 3 the second.
    /// </summary>
    /// <param name="i">The first output pixel, a multiple of four.</param>
    public ReadOnlySpan<int> FirstPairsOf(int i) => firstPairs.AsSpan(i, 4);

    /// <summary>
    /// The weights of four output pixels by pairs of source pixels, each weight for four channels. For every pair there is a vector for the first two
    /// output pixels and one for the others. Weights are zero for the pixel before <see cref="StartOf"/>, where that is the second of its pair, and
    /// for those behind the last.
    /// </summary>
    /// <param name="i">The first output pixel, a multiple of four.</param>
    public ReadOnlySpan<Vector256<short>> PairsOf(int i) => pairs.AsSpan(i / 2 * PairCount, 2 * PairCount);

    private int PairCount => (taps + 2) / 2;

    /// <summary>Sets the filter up for a resize, unless it is. Output pixels past the last one, up to a multiple of four, get nothing.</summary>
    public void Prepare(int side, int size)
    {
        if (from == side && to == size)
            return;
        (from, to) = (0, 0); // until all is ready, or tables that memory did not suffice for would be taken for those of this resize
        var scale = (float)side / size;
        var support = Math.Max(scale, 1);
        taps = Math.Min(side, (int)Math.Ceiling(2 * support) + 1);
        if (starts.Length < size)
            starts = new int[size];
        if (weights.Length < size * taps)
            weights = new short[size * taps];
        Span<float> triangle = taps <= 256 ? stackalloc float[taps] : new float[taps];
        for (var i = 0; i < size; i++)
        {
            var center = (i + 0.5f) * scale;
            starts[i] = Math.Clamp((int)MathF.Floor(center - support + 0.5f), 0, side - taps);
            for (var tap = 0; tap < taps; tap++)
                triangle[tap] = Math.Max(0, 1 - Math.Abs((starts[i] + tap + 0.5f - center) / support));
            Round(triangle, weights.AsSpan(i * taps, taps));
        }
        PreparePairs(size);
        (from, to) = (side, size);
    }

    /// <summary>Rounds sums of weights rather than weights, so that the last sum is exact.</summary>
    private static void Round(ReadOnlySpan<float> triangle, Span<short> rounded)
    {
        var whole = 0f;
        foreach (var weight in triangle)
            whole += weight;
        var (sum, before) = (0f, 0);
        for (var tap = 0; tap < triangle.Length; tap++)
        {
            sum += triangle[tap];
            var now = (int)MathF.Round(sum / whole * (1 << Bits));
            rounded[tap] = (short)(now - before);
            before = now;
        }
    }

    private void PreparePairs(int size)
    {
        var padded = (size + 3) / 4 * 4;
        if (firstPairs.Length < padded)
            firstPairs = new int[padded];
        if (pairs.Length < padded / 2 * PairCount)
            pairs = new Vector256<short>[padded / 2 * PairCount];
        for (var i = 0; i < padded; i++)
            firstPairs[i] = i < size ? starts[i] / 2 : 0;
        for (var i = 0; i < padded; i += 2)
        {
            for (var pair = 0; pair < PairCount; pair++)
                pairs[(i / 4 * PairCount + pair) * 2 + i / 2 % 2] = Vector256.Create(PairOf(i, pair), PairOf(i + 1, pair));
        }

        Vector128<short> PairOf(int i, int pair)
        {
            var tap = 2 * pair - (i < size ? starts[i] % 2 : 0);
            return Vector128.Create((WeightOf(i, tap + 1) << 16) | WeightOf(i, tap)).AsInt16();
        }

        int WeightOf(int i, int tap) => i < size && tap >= 0 && tap < taps ? weights[i * taps + tap] : 0;
    }
}
