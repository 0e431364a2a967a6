namespace SelfSup.Data;

/// <summary>Some of the images of a labelled source.</summary>
public sealed class LabeledSubset : ILabeledImageSource
{
    private readonly ILabeledImageSource source;
    private readonly int[] indices;

    /// <summary>Picks images.</summary>
    /// <param name="source">Where they come from.</param>
    /// <param name="indices">Their places there.</param>
    public LabeledSubset(ILabeledImageSource source, IEnumerable<int> indices) => (this.source, this.indices) = (source, [.. indices]);

    /// <inheritdoc/>
    public int Count => indices.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => source.ClassNames;

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

    /// <inheritdoc/>
    public int LabelOf(int index) => source.LabelOf(indices[index]);

    /// <inheritdoc/>
    public string NameOf(int index) => source.NameOf(indices[index]);

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels) => source.Read(indices[index], size, pixels);
}
