using SelfSup.Data;

namespace SelfSup.Transfer;

/// <summary>The training images that a transfer report reads: those of the bank, and those that few labels are drawn from.</summary>
/// <param name="Source">Both together.</param>
/// <param name="Bank">The linear probe's images, the bank of nearest neighbors.</param>
/// <param name="IsInBank">Of every image of the source, whether the bank has it.</param>
/// <param name="IsInPool">Of every image of the source, whether few labels are drawn from it.</param>
internal sealed record TransferImages(
    ILabeledImageSource Source, ILabeledImageSource Bank, IReadOnlyList<bool> IsInBank, IReadOnlyList<bool> IsInPool)
{
    // A twentieth more than the draws need, for images that cannot be read.
    private const double Reserve = 1.05;

    /// <summary>Chooses the images.</summary>
    /// <param name="train">All training images.</param>
    /// <param name="options">How many labels the bank and the draws need.</param>
    public static TransferImages Choose(ILabeledImageSource train, TransferOptions options)
    {
        var inPool = DrawPool(train, (int)Math.Ceiling(Reserve * options.Draws * options.LabelsPerClass.Max()), options.Seed);
        if (options.Labels is not { } labels)
            return new(train, train, [.. Enumerable.Repeat(true, train.Count)], [.. Enumerable.Range(0, train.Count).Select(inPool.Contains)]);
        var bank = LabeledSubset.Stratified(train, labels, options.Seed);
        var inBank = bank.Indices.ToHashSet();
        int[] both = [.. inBank.Union(inPool).Order()];
        return new(new LabeledSubset(train, both), bank, [.. both.Select(inBank.Contains)], [.. both.Select(inPool.Contains)]);
    }

    private static HashSet<int> DrawPool(ILabeledImageSource train, int perClass, int seed)
    {
        var random = new Random(seed);
        var pool = new HashSet<int>();
        foreach (var group in Enumerable.Range(0, train.Count).GroupBy(train.LabelOf).OrderBy(group => group.Key))
        {
            var shuffled = group.ToArray();
            random.Shuffle(shuffled);
            pool.UnionWith(shuffled.Take(perClass));
        }
        return pool;
    }
}
