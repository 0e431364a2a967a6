namespace SelfSup.Data;

/// <summary>A batch of images in a buffer that goes back to its loader on <see cref="Dispose"/>.</summary>
public sealed class ImageBatch : IDisposable
{
    private readonly BufferPool pool;
    private byte[]? pixels;

    internal ImageBatch(BufferPool pool, byte[] pixels, int number, int imageSize, int frames, int[] indices)
    {
        this.pool = pool;
        this.pixels = pixels;
        Number = number;
        ImageSize = imageSize;
        Frames = frames;
        Indices = indices;
    }

    /// <summary>
    /// The pixels, <see cref="Count"/> x <see cref="Frames"/> x 3 x <see cref="ImageSize"/> x <see cref="ImageSize"/> bytes: for every
    /// frame of every image its red, green and blue plane. The array can be longer than <see cref="ByteCount"/>.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public byte[] Pixels => pixels ?? throw new ObjectDisposedException(nameof(ImageBatch));

    /// <summary>Place of the batch in its epoch, from 0. Reading again from <c>Number + 1</c> goes on after this batch.</summary>
    public int Number { get; }

    /// <summary>Number of images, at least 1; or 0, where other processes have a part in the batch (<see cref="ImageLoaderOptions.Ranks"/>).</summary>
    public int Count => Indices.Count;

    /// <summary>Side of the images in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>Frames of each image: 1, or more if the source has clips.</summary>
    public int Frames { get; }

    /// <summary>The images' indices in the source.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>Number of bytes of <see cref="Pixels"/> in use.</summary>
    public int ByteCount => Count * Frames * 3 * ImageSize * ImageSize;

    /// <summary>Gives the buffer back to the loader, which writes later batches to it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref pixels, null) is { } buffer)
            pool.Return(buffer);
    }
}
