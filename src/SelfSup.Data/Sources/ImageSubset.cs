namespace SelfSup.Data;

/// <summary>Some images of a source, in a given order.</summary>
public sealed class ImageSubset : IImageSource
{
    private readonly IImageSource source;
    private readonly int[] indices;

    /// <summary>Creates the subset.</summary>
    /// <param name="source">The source.</param>
    /// <param name="indices">The images, each 0..Count-1 of the source.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is not in the source.</exception>
    public ImageSubset(IImageSource source, IEnumerable<int> indices)
    {
        ArgumentNullException.ThrowIfNull(source);
        this.source = source;
        this.indices = [.. indices];
        foreach (var index in this.indices)
        {
            if (index < 0 || index >= source.Count)
                throw new ArgumentOutOfRangeException(nameof(indices), index, $"The source has {source.Count} images.");
        }
    }

    /// <inheritdoc/>
    public int Count => indices.Length;

    /// <inheritdoc/>
    public int Frames => source.Frames;

    /// <summary>The images' indices in the source.</summary>
    public IReadOnlyList<int> Indices => indices;

    /// <summary>The first images of a source, or all if it has fewer.</summary>
    /// <param name="source">The source.</param>
    /// <param name="count">How many, at least 0.</param>
    /// <returns>The subset.</returns>
    public static ImageSubset Take(IImageSource source, int count)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new ImageSubset(source, Enumerable.Range(0, Math.Min(count, source.Count)));
    }

    /// <inheritdoc/>
    public string NameOf(int index) => source.NameOf(indices[index]);

    /// <inheritdoc/>
    public string? FileOf(int index) => source.FileOf(indices[index]);

    /// <inheritdoc/>
    public string Description => source.Description;

    /// <inheritdoc/>
    public void Prefetch(int first, int count)
    {
        // Neighbors here need not be neighbors there; those that are not are read one by one.
        if (indices[first + count - 1] - indices[first] == count - 1)
            source.Prefetch(indices[first], count);
    }

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels) => source.Read(indices[index], size, pixels);

    /// <inheritdoc/>
    public void Read(int index, int size, double place, Span<byte> pixels) => source.Read(indices[index], size, place, pixels);

    /// <inheritdoc/>
    public IReadOnlyList<ImageFailure> Failures => source.Failures;

    /// <inheritdoc/>
    public ulong GetFingerprint() => Describe(source.GetFingerprint());

    /// <inheritdoc/>
    public ulong GetIdentity() => Describe(source.GetIdentity());

    private ulong Describe(ulong whole)
    {
        var fingerprint = new Fingerprint(nameof(ImageSubset));
        fingerprint.Add(whole);
        foreach (var index in indices)
            fingerprint.Add((ulong)index);
        return fingerprint.Value;
    }
}
