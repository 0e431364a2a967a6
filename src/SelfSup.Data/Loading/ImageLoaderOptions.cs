namespace SelfSup.Data;

/// <summary>Settings of an <see cref="ImageLoader"/>.</summary>
public sealed class ImageLoaderOptions
{
    /// <summary>Side of the square images in pixels, at least 1.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Images a batch, at least 1. The default is 64.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Threads that read images, at least 1. The default is the number of processors.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Batches that are read ahead, at least 1. The default is 3.</summary>
    public int Prefetch { get; init; } = 3;

    /// <summary>Together with the epoch it decides the order of the images. The default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>Whether an epoch's order is random. The default is true.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Whether an incomplete last batch is left out, unless it is the only one. The default is false.</summary>
    public bool DropLast { get; init; }

    /// <summary>Share of unreadable images above which reading stops, in [0, 1]. The default is 0.1.</summary>
    public double MaxFailureRatio { get; init; } = 0.1;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ImageSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Workers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Prefetch, 1);
        if (MaxFailureRatio is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(MaxFailureRatio), MaxFailureRatio, "The share must be in [0, 1].");
    }
}
