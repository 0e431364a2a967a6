namespace SelfSup.Data;

/// <summary>The order of images in an epoch: a pure function of seed and epoch, the same on every platform and runtime.</summary>
internal static class EpochOrder
{
    public static int[] Of(int count, bool shuffle, int seed, int epoch)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
            order[i] = i;
        if (!shuffle)
            return order;
        var state = unchecked((ulong)seed * 0x9E3779B97F4A7C15 ^ (ulong)epoch * 0xD1B54A32D192ED03);
        for (var i = count - 1; i > 0; i--)
        {
            // The high half of a 64 x 32 bit product is a uniform draw from 0..i but for a bias under 2^-32.
            var j = (int)Math.BigMul(Next(ref state), (ulong)(i + 1), out _);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    /// <summary>SplitMix64 (Steele, Lea and Flood, 2014).</summary>
    private static ulong Next(ref ulong state)
    {
        unchecked
        {
            var z = state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
