namespace SelfSup.Transfer;

/// <summary>Parts of labeled rows for cross-validation: each part is held out once, and all other rows are fitted on.</summary>
internal static class StratifiedFolds
{
    /// <summary>Deals rows, one class after the other, so that parts are of one size and have as much of every class, give or take a row.</summary>
    /// <param name="labels">The class of every row. A row that is the only one of its class is never held out.</param>
    /// <param name="count">Number of parts, at least 2; fewer where there are fewer rows to hold out.</param>
    /// <param name="seed">The same seed deals the same parts.</param>
    /// <param name="eligible">The rows that may be held out; null means all.</param>
    /// <returns>A split for every part.</returns>
    /// <exception cref="ArgumentException">No class has two rows, so none can be held out.</exception>
    public static IReadOnlyList<StratifiedSplit> Deal(IReadOnlyList<int> labels, int count, int seed, IReadOnlyCollection<int>? eligible = null)
    {
        var random = new Random(seed);
        var dealt = new List<long>();
        var mayBeHeld = eligible?.ToHashSet();
        foreach (var rows in Enumerable.Range(0, labels.Count).GroupBy(row => labels[row]).OrderBy(group => group.Key))
        {
            long[] shuffled = [.. rows.Where(row => mayBeHeld?.Contains(row) ?? true).Select(row => (long)row)];
            random.Shuffle(shuffled);
            dealt.AddRange(rows.Count() > 1 ? shuffled : []);
        }
        if (dealt.Count == 0)
            throw new ArgumentException($"{labels.Count} labeled images leave none to test on; give a class at least two.");
        var parts = Math.Min(count, dealt.Count);
        return
        [
            .. Enumerable.Range(0, parts).Select(part =>
            {
                var held = dealt.Where((_, place) => place % parts == part).ToHashSet();
                return new StratifiedSplit([.. Enumerable.Range(0, labels.Count).Select(row => (long)row).Where(row => !held.Contains(row))], [.. held.Order()]);
            }),
        ];
    }
}
