namespace SelfSup.Data;

/// <summary>Some of the images of a labelled source.</summary>
public sealed class LabeledSubset : ILabeledImageSource
{
    private readonly ILabeledImageSource source;
    private readonly int[] indices;
    private readonly int[] labels;

    /// <summary>Picks images; the classes stay as they are.</summary>
    /// <param name="source">Where they come from.</param>
    /// <param name="indices">Their places there.</param>
    public LabeledSubset(ILabeledImageSource source, IEnumerable<int> indices)
    {
        (this.source, this.indices, ClassNames) = (source, [.. indices], source.ClassNames);
        labels = [.. this.indices.Select(source.LabelOf)];
    }

    private LabeledSubset(ILabeledImageSource source, string[] classNames)
    {
        (this.source, ClassNames) = (source, classNames);
        var labelOf = classNames.Select((name, label) => (name, label)).ToDictionary(pair => pair.name, pair => pair.label);
        indices = [.. Enumerable.Range(0, source.Count).Where(i => labelOf.ContainsKey(source.ClassNames[source.LabelOf(i)]))];
        labels = [.. indices.Select(i => labelOf[source.ClassNames[source.LabelOf(i)]])];
    }

    /// <inheritdoc/>
    public int Count => indices.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Draws images of all classes in equal numbers, as far as there are enough of each.</summary>
    /// <param name="source">Where they come from.</param>
    /// <param name="count">Number of images; a larger draw of the same seed contains the smaller one.</param>
    /// <param name="seed">Decides the draw.</param>
    /// <returns>The images, in the order of the source.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is under 1 or over the number of images.</exception>
    public static LabeledSubset Stratified(ILabeledImageSource source, int count, int seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, source.Count);
        var taken = new int[source.ClassNames.Count];
        // The k-th image of every class comes before the (k+1)-th of any.
        var drawn = EpochOrder.Of(source.Count, shuffle: true, seed, epoch: 0)
            .Select(index => (index, round: taken[source.LabelOf(index)]++))
            .OrderBy(draw => draw.round)
            .Take(count)
            .Select(draw => draw.index)
            .Order();
        return new LabeledSubset(source, drawn);
    }

    /// <summary>The images of the source that are not in this subset.</summary>
    /// <returns>The rest, in the order of the source.</returns>
    public LabeledSubset Rest() => new(source, Enumerable.Range(0, source.Count).Except(indices));

    /// <summary>Keeps some classes; labels are counted anew, in the old order.</summary>
    /// <param name="source">Where the images come from.</param>
    /// <param name="isKept">Decides by the class's name.</param>
    /// <returns>The images of the classes kept.</returns>
    /// <exception cref="ArgumentException">Fewer than two classes are kept.</exception>
    public static LabeledSubset OfClasses(ILabeledImageSource source, Func<string, bool> isKept)
    {
        string[] kept = [.. source.ClassNames.Where(isKept)];
        return kept.Length >= 2
            ? new LabeledSubset(source, kept)
            : throw new ArgumentException($"Of the classes {string.Join(", ", source.ClassNames)} only {kept.Length} would be kept.", nameof(isKept));
    }

    /// <inheritdoc/>
    public int LabelOf(int index) => labels[index];

    /// <inheritdoc/>
    public string NameOf(int index) => source.NameOf(indices[index]);

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels) => source.Read(indices[index], size, pixels);
}
