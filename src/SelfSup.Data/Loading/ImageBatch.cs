namespace SelfSup.Data;

/// <summary>Images side by side in one buffer, which returns to its loader on dispose.</summary>
public sealed class ImageBatch : IDisposable
{
    private readonly Action<byte[]> release;
    private byte[]? pixels;

    internal ImageBatch(byte[] pixels, int imageSize, int[] indices, Action<byte[]> release) =>
        (this.pixels, ImageSize, Indices, this.release) = (pixels, imageSize, indices, release);

    /// <summary>Count x 3 x ImageSize x ImageSize bytes, planes of red, green and blue; the buffer may be longer.</summary>
    /// <exception cref="ObjectDisposedException">The batch is disposed.</exception>
    public byte[] Pixels => pixels ?? throw new ObjectDisposedException(nameof(ImageBatch));

    /// <summary>Number of images.</summary>
    public int Count => Indices.Count;

    /// <summary>Side of the square images in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>Number of valid bytes in <see cref="Pixels"/>.</summary>
    public int ByteCount => Count * 3 * ImageSize * ImageSize;

    /// <summary>The images' places in their source.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref pixels, null) is { } buffer)
            release(buffer);
    }
}
