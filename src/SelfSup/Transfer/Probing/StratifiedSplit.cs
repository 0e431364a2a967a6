namespace SelfSup.Transfer;

/// <summary>Rows to fit on and rows to choose hyper-parameters on, with the same share of every class.</summary>
/// <param name="Fit">Rows to fit on, ascending.</param>
/// <param name="Validation">The held-out rows, ascending.</param>
internal sealed record StratifiedSplit(long[] Fit, long[] Validation)
{
    /// <summary>Holds out a share of every class, at least one row of a class with two or more.</summary>
    /// <param name="labels">The class of every row.</param>
    /// <param name="share">Share to hold out, in (0, 1).</param>
    /// <param name="seed">The same seed holds out the same rows.</param>
    /// <returns>The split.</returns>
    /// <exception cref="ArgumentException">No class has two rows, so none can be held out.</exception>
    public static StratifiedSplit Create(IReadOnlyList<int> labels, double share, int seed)
    {
        var random = new Random(seed);
        var fit = new List<long>();
        var validation = new List<long>();
        foreach (var rows in Enumerable.Range(0, labels.Count).GroupBy(row => labels[row]).OrderBy(group => group.Key))
        {
            var shuffled = rows.Select(row => (long)row).ToArray();
            random.Shuffle(shuffled);
            var held = Math.Clamp((int)Math.Round(share * shuffled.Length), Math.Min(1, shuffled.Length - 1), shuffled.Length - 1);
            validation.AddRange(shuffled[..held]);
            fit.AddRange(shuffled[held..]);
        }
        if (validation.Count == 0)
            throw new ArgumentException($"{labels.Count} labeled images leave none to hold out; give a class at least two.");
        return new([.. fit.Order()], [.. validation.Order()]);
    }
}
