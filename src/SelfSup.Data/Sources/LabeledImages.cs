namespace SelfSup.Data;

/// <summary>Any image source together with the class of every image.</summary>
public sealed class LabeledImages : ILabeledImageSource
{
    private readonly IImageSource images;
    private readonly int[] labels;

    /// <summary>Creates the source.</summary>
    /// <param name="images">The images.</param>
    /// <param name="labels">The label of every image, each at least 0.</param>
    /// <param name="classNames">The names of the classes by label; the numbers 0 to the largest label if null.</param>
    /// <exception cref="ArgumentException">The number of labels is not that of the images, or a label has no class.</exception>
    public LabeledImages(IImageSource images, IReadOnlyList<int> labels, IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count != images.Count)
            throw new ArgumentException($"There are {labels.Count} labels for {images.Count} images.", nameof(labels));
        this.images = images;
        this.labels = [.. labels];
        ClassNames = classNames is null
            ? [.. Enumerable.Range(0, this.labels.DefaultIfEmpty(-1).Max() + 1).Select(label => FormattableString.Invariant($"{label}"))]
            : [.. classNames];
        var wrong = Array.FindIndex(this.labels, label => label < 0 || label >= ClassNames.Count);
        if (wrong >= 0)
            throw new ArgumentException($"Image {wrong} has label {this.labels[wrong]}, not 0..{ClassNames.Count - 1}.", nameof(labels));
    }

    /// <inheritdoc/>
    public int Count => images.Count;

    /// <inheritdoc/>
    public int Frames => images.Frames;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Keeps some classes of a source; labels are counted anew, in the old order.</summary>
    /// <param name="source">The source.</param>
    /// <param name="isKept">Decides by the class's name.</param>
    /// <returns>The images of the classes kept.</returns>
    /// <exception cref="ArgumentException">Fewer than two classes are kept.</exception>
    public static LabeledImages OfClasses(ILabeledImageSource source, Func<string, bool> isKept)
    {
        string[] kept = [.. source.ClassNames.Where(isKept)];
        if (kept.Length < 2)
        {
            throw new ArgumentException(
                $"Of the classes {string.Join(", ", source.ClassNames)} only {kept.Length} would be kept; two are needed.", nameof(isKept));
        }
        var labels = source.ClassNames.Select(name => Array.IndexOf(kept, name)).ToArray();
        int[] indices = [.. Enumerable.Range(0, source.Count).Where(index => labels[source.LabelOf(index)] >= 0)];
        return new LabeledImages(new ImageSubset(source, indices), [.. indices.Select(index => labels[source.LabelOf(index)])], kept);
    }

    /// <inheritdoc/>
    public int LabelOf(int index) => labels[index];

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
}
