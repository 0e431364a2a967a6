namespace SelfSup.Data;

/// <summary>Square images of one size, or clips of them, in an array.</summary>
public sealed class InMemoryImages : IImageSource
{
    private readonly byte[] pixels;
    private readonly int side;
    private readonly int imageBytes;
    private readonly string name;

    /// <summary>Creates the source on an array, which is not copied.</summary>
    /// <param name="pixels">For every frame of every image its red, green and blue plane, count x frames x 3 x size x size bytes.</param>
    /// <param name="size">Side of the images in pixels.</param>
    /// <param name="name">What the images are called, followed by their number.</param>
    /// <param name="frames">Frames of each image: 1, or more for clips.</param>
    /// <exception cref="ArgumentException">The length of the array is not a whole number of images.</exception>
    public InMemoryImages(byte[] pixels, int size, string name = "image", int frames = 1)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        imageBytes = checked(frames * 3 * size * size);
        if (pixels.Length % imageBytes != 0)
            throw new ArgumentException($"{pixels.Length} bytes are not a whole number of images of {frames} x 3 x {size} x {size}.", nameof(pixels));
        this.pixels = pixels;
        this.name = name;
        side = size;
        Frames = frames;
    }

    /// <inheritdoc/>
    public string Description => $"{name}, in memory";

    /// <inheritdoc/>
    public int Count => pixels.Length / imageBytes;

    /// <inheritdoc/>
    public int Frames { get; }

    /// <inheritdoc/>
    public string NameOf(int index) => FormattableString.Invariant($"{name} {index}");

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Resampler.Current.ResizePlanar(this.pixels.AsSpan(checked(index * imageBytes), imageBytes), side, size, pixels, 3 * Frames);
    }

    /// <inheritdoc/>
    public ulong GetFingerprint()
    {
        var fingerprint = new Fingerprint(nameof(InMemoryImages));
        fingerprint.Add(name);
        fingerprint.Add((ulong)side);
        if (Frames > 1)
            fingerprint.Add((ulong)Frames);
        fingerprint.Add(pixels);
        return fingerprint.Value;
    }
}
