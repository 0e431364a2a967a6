namespace SelfSup.Data;

/// <summary>The images of a source, left and right exchanged.</summary>
public sealed class MirroredImages : IImageSource
{
    private readonly IImageSource source;

    /// <summary>Creates the source.</summary>
    /// <param name="source">The images as they are.</param>
    public MirroredImages(IImageSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        this.source = source;
    }

    /// <inheritdoc/>
    public int Count => source.Count;

    /// <inheritdoc/>
    public int Frames => source.Frames;

    /// <inheritdoc/>
    public string Description => $"{source.Description}, mirrored";

    /// <inheritdoc/>
    public IReadOnlyList<ImageFailure> Failures => source.Failures;

    /// <inheritdoc/>
    public string NameOf(int index) => source.NameOf(index);

    /// <inheritdoc/>
    public void Prefetch(int first, int count) => source.Prefetch(first, count);

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels)
    {
        source.Read(index, size, pixels);
        Mirror(pixels, size);
    }

    /// <inheritdoc/>
    public void Read(int index, int size, double place, Span<byte> pixels)
    {
        source.Read(index, size, place, pixels);
        Mirror(pixels, size);
    }

    private static void Mirror(Span<byte> pixels, int size)
    {
        for (var row = 0; row < pixels.Length; row += size)
            pixels.Slice(row, size).Reverse();
    }

    /// <inheritdoc/>
    public ulong GetFingerprint() => Describe(source.GetFingerprint());

    /// <inheritdoc/>
    public ulong GetIdentity() => Describe(source.GetIdentity());

    private static ulong Describe(ulong images)
    {
        var fingerprint = new Fingerprint(nameof(MirroredImages));
        fingerprint.Add(images);
        return fingerprint.Value;
    }
}
