namespace SelfSup.Data;

/// <summary>The SplitMix64 generator: small, fast, and the same on every platform and runtime.</summary>
/// <remarks>Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.</remarks>
internal struct SplitMix64
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong state;

    /// <summary>Starts the stream of a pair of numbers, unrelated to that of any other pair.</summary>
    public SplitMix64(int seed, int stream) => state = Mix(Mix((uint)seed + Golden) ^ ((ulong)(uint)stream << 32 | 0x5E1F50B5));

    /// <summary>Starts the stream of three numbers, unrelated to those of pairs.</summary>
    public SplitMix64(int seed, int stream, int number)
        : this(seed, stream) => state = Mix(state ^ ((ulong)(uint)number << 32 | 0x51AB7E55));

    public ulong Next() => Mix(state += Golden);

    /// <summary>A uniform integer in 0..bound-1.</summary>
    public int Next(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A uniform number in [0, 1).</summary>
    public float NextSingle() => (Next() >> 40) * (1f / (1 << 24));

    public float NextSingle(float from, float to) => from + (to - from) * NextSingle();

    /// <summary>Shuffles by Fisher and Yates.</summary>
    public void Shuffle(Span<int> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
