namespace SelfSup.Data;

/// <summary>The random order of an epoch: of all images, or within a window that moves over runs of neighbors.</summary>
internal static class EpochShuffle
{
    // More runs mix better, and longer ones are read faster.
    private const int RunsPerWindow = 16;

    /// <summary>Draws an order.</summary>
    /// <param name="count">How many images there are.</param>
    /// <param name="window">How many are shuffled together, at least 1; null means all.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="epoch">The epoch.</param>
    /// <returns>Every image once.</returns>
    public static int[] Draw(int count, int? window, int seed, int epoch)
    {
        var random = new SplitMix64(seed, epoch);
        var order = new int[count];
        if (window is not { } size || size >= count)
        {
            for (var i = 0; i < count; i++)
                order[i] = i;
            random.Shuffle(order);
            return order;
        }
        var length = Math.Max(1, size / RunsPerWindow);
        var runs = new int[(count - 1) / length + 1];
        for (var run = 0; run < runs.Length; run++)
            runs[run] = run;
        random.Shuffle(runs);
        var filled = 0;
        foreach (var run in runs)
        {
            for (var (index, end) = ((long)run * length, Math.Min(count, (run + 1L) * length)); index < end; index++)
                order[filled++] = (int)index;
        }
        for (var start = 0; start < count; start += Math.Min(size, count - start))
            random.Shuffle(order.AsSpan(start, Math.Min(size, count - start)));
        return order;
    }
}
