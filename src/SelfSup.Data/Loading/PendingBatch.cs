namespace SelfSup.Data;

/// <summary>A batch being read: workers write its images side by side, each to its own slice of the buffer.</summary>
internal sealed class PendingBatch(int number, int imageSize, int frames, ReadOnlyMemory<int> indices, byte[] pixels, SquarePlaces? places)
{
    private readonly string?[] reasons = new string?[indices.Length];
    private readonly int imageBytes = frames * 3 * imageSize * imageSize;

    public int Number => number;

    public int Count => indices.Length;

    public byte[] Pixels => pixels;

    /// <summary>Images not read yet; guarded by the reader's lock.</summary>
    public int Remaining { get; set; } = indices.Length;

    /// <summary>The unreadable images with the reasons, in the order of the batch.</summary>
    public IEnumerable<(int Index, string Reason)> Failures
    {
        get
        {
            for (var i = 0; i < reasons.Length; i++)
            {
                if (reasons[i] is { } reason)
                    yield return (indices.Span[i], reason);
            }
        }
    }

    public void Read(IImageSource source, int position)
    {
        var index = indices.Span[position];
        var image = pixels.AsSpan(position * imageBytes, imageBytes);
        try
        {
            if (places is { } drawn)
                source.Read(index, imageSize, drawn.Of(index), image);
            else
                source.Read(index, imageSize, image);
        }
        catch (Exception error) when (error is ImageReadException or IOException or UnauthorizedAccessException)
        {
            reasons[position] = error.Message;
        }
    }

    /// <summary>Closes the gaps that unreadable images left; null, the buffer returned, when there is no image at all and none may be empty.</summary>
    public ImageBatch? Finish(BufferPool pool, bool keepEmpty = false)
    {
        var kept = new List<int>(Count);
        for (var i = 0; i < Count; i++)
        {
            if (reasons[i] is not null)
                continue;
            if (kept.Count < i)
                Buffer.BlockCopy(pixels, i * imageBytes, pixels, kept.Count * imageBytes, imageBytes);
            kept.Add(indices.Span[i]);
        }
        if (kept.Count > 0 || keepEmpty)
            return new ImageBatch(pool, pixels, number, imageSize, frames, [.. kept]);
        pool.Return(pixels);
        return null;
    }
}
