using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The permutations of tiles among which Jigsaw asks for the right one.</summary>
/// <remarks>
/// Convention: input slot t receives tile <c>set[label][t]</c>. The groups are closed formulas: the same on every machine,
/// every tile equally often in every slot, and any two members far apart.
/// </remarks>
public sealed class PermutationSet
{
    private readonly int[][] rows;
    private readonly DeviceConstant table;

    /// <summary>Checks and takes a list of permutations.</summary>
    /// <param name="permutations">Distinct permutations of 0..tiles-1, at least two.</param>
    /// <exception cref="ArgumentException">A row is no permutation, rows differ in length, or two rows are equal.</exception>
    public PermutationSet(IEnumerable<IReadOnlyList<int>> permutations)
    {
        rows = [.. permutations.Select(row => row.ToArray())];
        if (rows.Length < 2)
            throw new ArgumentException("A permutation set needs at least two permutations.", nameof(permutations));
        foreach (var row in rows)
        {
            if (row.Length != rows[0].Length || !row.Order().SequenceEqual(Enumerable.Range(0, row.Length)))
                throw new ArgumentException(
                    $"[{string.Join(' ', row)}] is not a permutation of 0..{rows[0].Length - 1}.", nameof(permutations));
        }
        if (rows.Select(row => string.Join(' ', row)).Distinct().Count() != rows.Length)
            throw new ArgumentException("Two permutations of the set are equal.", nameof(permutations));
        table = new DeviceConstant(() => tensor(ToArray(), [Count, Tiles], device: CPU));
    }

    /// <summary>Number of permutations, the classes of the task.</summary>
    public int Count => rows.Length;

    /// <summary>Number of tiles that each permutation orders.</summary>
    public int Tiles => rows[0].Length;

    /// <summary>A permutation: the tile that each slot receives.</summary>
    /// <param name="label">The permutation's index, 0..<see cref="Count"/>-1.</param>
    public IReadOnlyList<int> this[int label] => rows[label];

    /// <summary>All permutations, row by row.</summary>
    /// <returns>Count x Tiles tile numbers.</returns>
    public long[] ToArray() => [.. rows.SelectMany(row => row).Select(tile => (long)tile)];

    /// <summary>All permutations, int64 (Count, Tiles), on a device; kept there, not to be disposed.</summary>
    internal Tensor On(Device device) => table.On(device);

    /// <summary>All 6 permutations of 3 tiles: minimum Hamming distance 2.</summary>
    /// <returns>The symmetric group S3, in lexicographic order.</returns>
    public static PermutationSet Symmetric3() => new(All(3));

    /// <summary>All 24 permutations of 4 tiles: minimum Hamming distance 2.</summary>
    /// <returns>The symmetric group S4.</returns>
    public static PermutationSet Symmetric4() => new(All(4));

    /// <summary>The 12 even permutations of 4 tiles: minimum Hamming distance 3.</summary>
    /// <returns>The alternating group A4.</returns>
    public static PermutationSet Alternating4() => new(All(4).Where(row => Inversions(row) % 2 == 0));

    /// <summary>The 9 translations of the field of 9 elements: every slot differs between any two.</summary>
    /// <returns>A set of 9 permutations of 9 tiles with Hamming distance 9.</returns>
    public static PermutationSet Translations9() => new(AffineMaps(scales: 1));

    /// <summary>The 72 affine maps x -> ax + b of the field of 9 elements: minimum Hamming distance 8, mean 8.113.</summary>
    /// <returns>The group AGL(1,9).</returns>
    public static PermutationSet Affine72() => new(AffineMaps(scales: 8));

    /// <summary>The 504 fractional linear maps of the field of 8 elements and infinity: minimum Hamming distance 7, mean 8.016.</summary>
    /// <returns>The group PGL(2,8).</returns>
    public static PermutationSet Projective504() => new(ProjectiveMaps(frobeniusPowers: 1));

    /// <summary>The 504 maps followed by the field's squarings: minimum Hamming distance 6, mean 8.005.</summary>
    /// <returns>The group PGammaL(2,8), 1512 permutations.</returns>
    public static PermutationSet Projective1512() => new(ProjectiveMaps(frobeniusPowers: 3));

    /// <summary>Chooses permutations of 9 tiles one after another, each the farthest from those chosen before.</summary>
    /// <remarks>Algorithm 1 of Noroozi and Favaro, 2016. The maximal mean leaves a minimum distance of 2.</remarks>
    /// <param name="count">Number of permutations, 2..5000.</param>
    /// <param name="maximizeMinimum">True to maximize the smallest distance (Goyal et al., 2019), false the mean distance.</param>
    /// <param name="seed">Chooses the first permutation.</param>
    /// <returns>The set.</returns>
    public static PermutationSet Greedy(int count, bool maximizeMinimum = false, int seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 5000);
        var all = All(9).Select(row => row.Select(tile => (byte)tile).ToArray()).ToArray();
        var score = new int[all.Length];
        Array.Fill(score, maximizeMinimum ? int.MaxValue : 0);
        var chosen = new List<int> { new Random(seed).Next(all.Length) };
        while (chosen.Count < count)
        {
            var last = all[chosen[^1]];
            var best = -1;
            for (var i = 0; i < all.Length; i++)
            {
                if (score[i] < 0)
                    continue;
                var distance = Distance(all[i], last);
                // Distance 0 is the permutation itself, which must not be chosen twice.
                score[i] = distance == 0 ? -1 : maximizeMinimum ? Math.Min(score[i], distance) : score[i] + distance;
                if (best < 0 || score[i] > score[best])
                    best = i;
            }
            chosen.Add(best);
        }
        return new PermutationSet(chosen.Select(i => all[i].Select(tile => (int)tile).ToArray()));
    }

    /// <summary>The permutations, such as <c>0 1 2, 0 2 1</c>.</summary>
    public override string ToString() => string.Join(", ", rows.Select(row => string.Join(' ', row)));

    /// <summary>The smallest and the mean number of slots in which two permutations of the set differ.</summary>
    /// <returns>Minimum and mean Hamming distance over all pairs.</returns>
    public (int Minimum, double Mean) HammingDistances()
    {
        var minimum = Tiles;
        long sum = 0;
        for (var i = 0; i < Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var distance = 0;
                for (var t = 0; t < Tiles; t++)
                    distance += rows[i][t] == rows[j][t] ? 0 : 1;
                minimum = Math.Min(minimum, distance);
                sum += distance;
            }
        }
        return (minimum, sum / (Count * (Count - 1) / 2.0));
    }

    private static int Distance(byte[] a, byte[] b)
    {
        var distance = 0;
        for (var t = 0; t < a.Length; t++)
            distance += a[t] == b[t] ? 0 : 1;
        return distance;
    }

    private static IEnumerable<int[]> All(int tiles)
    {
        var row = Enumerable.Range(0, tiles).ToArray();
        while (true)
        {
            yield return [.. row];
            var i = tiles - 2;
            while (i >= 0 && row[i] > row[i + 1])
                i--;
            if (i < 0)
                yield break;
            var j = tiles - 1;
            while (row[j] < row[i])
                j--;
            (row[i], row[j]) = (row[j], row[i]);
            Array.Reverse(row, i + 1, tiles - i - 1);
        }
    }

    private static int Inversions(int[] row) => row.Select((tile, i) => row.Skip(i + 1).Count(later => later < tile)).Sum();

    /// <summary>x -> ax + b over GF(9) = GF(3)[i] / (i^2 + 1); element 3u + v stands for u + vi.</summary>
    private static IEnumerable<int[]> AffineMaps(int scales)
    {
        static int Add(int x, int y) => (x / 3 + y / 3) % 3 * 3 + (x % 3 + y % 3) % 3;
        static int Multiply(int x, int y) => (x / 3 * (y / 3) + 2 * (x % 3) * (y % 3)) % 3 * 3 + (x / 3 * (y % 3) + x % 3 * (y / 3)) % 3;

        const int one = 3;
        var factors = Enumerable.Range(1, 8).OrderBy(a => a == one ? 0 : a).Take(scales);
        return from a in factors
               from b in Enumerable.Range(0, 9)
               select Enumerable.Range(0, 9).Select(x => Add(Multiply(a, x), b)).ToArray();
    }

    /// <summary>x -> (ax + b) / (cx + d) over GF(8) with x^3 = x + 1, point 8 being infinity, each after a power of squaring.</summary>
    private static IEnumerable<int[]> ProjectiveMaps(int frobeniusPowers)
    {
        static int Multiply(int x, int y)
        {
            var product = 0;
            for (var bit = 0; bit < 3; bit++)
                product ^= (y >> bit & 1) * (x << bit);
            for (var bit = 4; bit >= 3; bit--)
                product ^= (product >> bit & 1) * (0b1011 << (bit - 3));
            return product;
        }

        static int Divide(int x, int y) => Enumerable.Range(0, 8).First(q => Multiply(q, y) == x);

        static int Map(int a, int b, int c, int d, int x)
        {
            var (top, bottom) = x == 8 ? (a, c) : (Multiply(a, x) ^ b, Multiply(c, x) ^ d);
            return bottom == 0 ? 8 : Divide(top, bottom);
        }

        static int Square(int x, int times) => times == 0 || x == 8 ? x : Square(Multiply(x, x), times - 1);

        // A matrix and its multiples are one map: let (c, d) be (0, 1) or (1, d).
        var field = Enumerable.Range(0, 8);
        var bottoms = new[] { (C: 0, D: 1) }.Concat(field.Select(d => (C: 1, D: d)));
        return from power in Enumerable.Range(0, frobeniusPowers)
               from bottom in bottoms
               from a in field
               from b in field
               where Multiply(a, bottom.D) != Multiply(b, bottom.C)
               select Enumerable.Range(0, 9).Select(x => Map(a, b, bottom.C, bottom.D, Square(x, power))).ToArray();
    }
}
