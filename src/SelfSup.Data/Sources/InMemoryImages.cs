namespace SelfSup.Data;

/// <summary>Images that are decoded already: the app's own, or a data set's.</summary>
public sealed class InMemoryImages : ILabeledImageSource
{
    private readonly byte[] pixels;
    private readonly int[] labels;
    private readonly int side;
    private readonly int channels;

    /// <summary>Takes images without copying them.</summary>
    /// <param name="pixels">Count x channels x side x side bytes, plane after plane.</param>
    /// <param name="side">Side of the square images in pixels.</param>
    /// <param name="labels">The class of each image; null gives all the label 0.</param>
    /// <param name="classNames">The classes' names; null makes names of the labels' numbers.</param>
    /// <param name="channels">3 for red, green and blue; 1 for grey.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a label has no name.</exception>
    public InMemoryImages(byte[] pixels, int side, IReadOnlyList<int>? labels = null, IReadOnlyList<string>? classNames = null, int channels = 3)
    {
        if (channels is not (1 or 3) || side < 1 || pixels.Length == 0 || pixels.Length % ((long)channels * side * side) != 0)
            throw new ArgumentException($"{pixels.Length} bytes are no images of {channels} x {side} x {side} pixels.", nameof(pixels));
        (this.pixels, this.side, this.channels) = (pixels, side, channels);
        Count = pixels.Length / (channels * side * side);
        this.labels = labels is null ? new int[Count] : [.. labels];
        if (this.labels.Length != Count)
            throw new ArgumentException($"There are {this.labels.Length} labels for {Count} images.", nameof(labels));
        ClassNames = classNames ?? [.. Enumerable.Range(0, this.labels.Max() + 1).Select(label => $"{label}")];
        if (this.labels.Any(label => label < 0 || label >= ClassNames.Count))
            throw new ArgumentException($"A label is outside 0..{ClassNames.Count - 1}.", nameof(labels));
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public int LabelOf(int index) => labels[index];

    /// <inheritdoc/>
    public string NameOf(int index) => $"image {index}";

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels)
    {
        int plane = side * side, scaled = size * size;
        for (var channel = 0; channel < 3; channel++)
        {
            var target = pixels.Slice(channel * scaled, scaled);
            if (channel >= channels)
                pixels[..scaled].CopyTo(target);
            else
                Resampler.Scale(this.pixels.AsSpan((index * channels + channel) * plane, plane), side, side, size, target);
        }
    }
}
