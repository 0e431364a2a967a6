namespace SelfSup.Data;

/// <summary>Some images of a labeled source, in a given order, with the classes of the whole source.</summary>
public sealed class LabeledSubset : ILabeledImageSource
{
    private readonly ILabeledImageSource source;
    private readonly ImageSubset images;

    /// <summary>Creates the subset.</summary>
    /// <param name="source">The source.</param>
    /// <param name="indices">The images, each 0..Count-1 of the source.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is not in the source.</exception>
    public LabeledSubset(ILabeledImageSource source, IEnumerable<int> indices)
    {
        images = new ImageSubset(source, indices);
        this.source = source;
    }

    /// <inheritdoc/>
    public int Count => images.Count;

    /// <inheritdoc/>
    public int Frames => images.Frames;

    /// <summary>The images' indices in the source.</summary>
    public IReadOnlyList<int> Indices => images.Indices;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => source.ClassNames;

    /// <summary>
    /// Draws as many images of each class as possible: the numbers differ by one at most, unless a class runs out. With the same
    /// seed a smaller draw is part of a larger one.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="count">How many images in all, 1..Count of the source.</param>
    /// <param name="seed">Decides the draw.</param>
    /// <returns>The images drawn.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The source does not have so many images.</exception>
    public static LabeledSubset Stratified(ILabeledImageSource source, int count, int seed) => Split(source, count, seed).Drawn;

    /// <summary>Draws images as <see cref="Stratified"/> does, and keeps the others too, such as to hold out a part.</summary>
    /// <param name="source">The source.</param>
    /// <param name="count">How many images to draw, 1..Count of the source.</param>
    /// <param name="seed">Decides the draw.</param>
    /// <returns>The images drawn and the others.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The source does not have so many images.</exception>
    public static (LabeledSubset Drawn, LabeledSubset Others) Split(ILabeledImageSource source, int count, int seed)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (count < 1 || count > source.Count)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"The source has {source.Count} images.");
        var order = Deal(source, seed);
        return (new LabeledSubset(source, order[..count]), new LabeledSubset(source, order[count..]));
    }

    /// <summary>Holds out a share of every class, such as to test on: at least one image of a class with two or more, and never all of a class.</summary>
    /// <param name="source">The source.</param>
    /// <param name="share">The share to hold out, between 0 and 1.</param>
    /// <param name="seed">Decides which images.</param>
    /// <returns>The images kept and those held out, both in the order of the source.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    /// <exception cref="ArgumentException">No class has two images, so none can be held out.</exception>
    public static (LabeledSubset Kept, LabeledSubset HeldOut) HoldOut(ILabeledImageSource source, double share, int seed)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (share is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "Hold out a share between 0 and 1.");
        int[] labels = [.. Enumerable.Range(0, source.Count).Select(source.LabelOf)];
        var remaining = labels.CountBy(label => label).ToDictionary(
            of => of.Key, of => Math.Clamp((int)Math.Round(share * of.Value), Math.Min(1, of.Value - 1), of.Value - 1));
        if (remaining.Values.Sum() == 0)
            throw new ArgumentException($"{source.Count} labeled images leave none to hold out; give a class at least two.", nameof(source));
        var isHeld = new bool[source.Count];
        foreach (var index in Deal(source, seed))
            isHeld[index] = remaining[labels[index]]-- > 0;
        return (Take(held: false), Take(held: true));

        LabeledSubset Take(bool held) => new(source, Enumerable.Range(0, isHeld.Length).Where(index => isHeld[index] == held));
    }

    /// <inheritdoc/>
    public int LabelOf(int index) => source.LabelOf(Indices[index]);

    /// <inheritdoc/>
    public string NameOf(int index) => images.NameOf(index);

    /// <inheritdoc/>
    public string? FileOf(int index) => images.FileOf(index);

    /// <inheritdoc/>
    public string Description => images.Description;

    /// <inheritdoc/>
    public void Prefetch(int first, int count) => images.Prefetch(first, count);

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels) => images.Read(index, size, pixels);

    /// <inheritdoc/>
    public void Read(int index, int size, double place, Span<byte> pixels) => images.Read(index, size, place, pixels);

    /// <inheritdoc/>
    public ulong GetFingerprint() => images.GetFingerprint();

    /// <inheritdoc/>
    public ulong GetIdentity() => images.GetIdentity();

    /// <inheritdoc/>
    public IReadOnlyList<ImageFailure> Failures => images.Failures;

    /// <summary>All images, one of each class in turn; the order within a class is random.</summary>
    private static int[] Deal(ILabeledImageSource source, int seed)
    {
        var shuffled = Enumerable.Range(0, source.Count).ToArray();
        new SplitMix64(seed, 0).Shuffle(shuffled);
        var dealt = new int[source.ClassNames.Count];
        // A stable sort by the round in which an image is dealt, then by class, so that the classes alternate.
        return [.. shuffled
            .Select(index => (Index: index, Label: source.LabelOf(index)))
            .Select(image => (image.Index, image.Label, Round: dealt[image.Label]++))
            .ToArray()
            .OrderBy(image => image.Round)
            .ThenBy(image => image.Label)
            .Select(image => image.Index)];
    }
}
