namespace SelfSup.Data;

/// <summary>How an <see cref="ImageLoader"/> reads its source.</summary>
public sealed class ImageLoaderOptions
{
    /// <summary>Side in pixels of the square images to deliver.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Images in a batch; 64 by default. The last of an epoch can have fewer, and so can one with unreadable images.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// Processes that share every batch, at least 1, the default. Above 1 the batch size is a multiple of it, the source fills a batch and
    /// <see cref="DropLast"/> is on; a batch without any readable image is delivered all the same, empty, so that all processes count alike.
    /// </summary>
    public int Ranks { get; init; } = 1;

    /// <summary>
    /// Place of this process among those that share every batch, 0..<see cref="Ranks"/> - 1: it reads that part of a batch, in the batch's order.
    /// </summary>
    public int Rank { get; init; }

    /// <summary>Threads that read images; one per processor by default. The images and their order do not depend on it.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Batches read ahead of the one in use; 3 by default.</summary>
    public int Prefetch { get; init; } = 3;

    /// <summary>Seed of the order. The order of an epoch depends on the seed and the epoch alone.</summary>
    public int Seed { get; init; }

    /// <summary>Whether every epoch has its own random order (the default) or that of the source.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>
    /// How many images are shuffled together, at least 1; null, the default, means all. For sources that are larger than memory, on a disk that
    /// would seek for every image: an epoch goes over runs of neighboring images in random order, sixteen runs in a window, whose images come in random order.
    /// <see cref="PackedImages"/> and <see cref="ShardedImages"/> read every run from the disk in one go, a window ahead, so memory holds two. Give it where the
    /// order of the source does not follow the classes, or make it large, since a batch has images of sixteen places of the source alone.
    /// </summary>
    public int? ShuffleWindow { get; init; }

    /// <summary>Whether to leave out an incomplete batch at the end of an epoch, unless it is the only one.</summary>
    public bool DropLast { get; init; }

    /// <summary>
    /// Whether the square that is cut out of an image lies anywhere along its longer side, elsewhere in every epoch, so that all of a wide
    /// image is seen in time; drawn from the seed, the epoch and the image's index. By default it lies at the center, as always where the
    /// source has nothing but squares, such as <see cref="PackedImages"/>.
    /// </summary>
    public bool RandomSquares { get; init; }

    /// <summary>Share of unreadable images, 0..1, above which reading stops with an error; 0.1 by default.</summary>
    public double MaxFailureRatio { get; init; } = 0.1;

    /// <summary>Images that this process reads of a batch.</summary>
    internal int OwnBatchSize => BatchSize / Ranks;

    internal void Validate(int frames, int images = int.MaxValue)
    {
        RequirePositive(ImageSize, nameof(ImageSize));
        RequirePositive(BatchSize, nameof(BatchSize));
        RequirePositive(Workers, nameof(Workers));
        RequirePositive(Prefetch, nameof(Prefetch));
        RequirePositive(ShuffleWindow ?? 1, nameof(ShuffleWindow));
        if (!(MaxFailureRatio is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(MaxFailureRatio), MaxFailureRatio, "The share of unreadable images lies in 0..1.");
        RequirePositive(Ranks, nameof(Ranks));
        if (Rank < 0 || Rank >= Ranks)
            throw new ArgumentOutOfRangeException(nameof(Rank), Rank, $"{nameof(Rank)} lies in 0..{Ranks - 1}.");
        if (Ranks > 1 && (BatchSize % Ranks != 0 || BatchSize > images || !DropLast))
        {
            throw new ArgumentException(
                $"{Ranks} processes cannot share batches of {BatchSize} of {images} images: {nameof(BatchSize)} is a multiple of {nameof(Ranks)}, "
                + $"there are as many images or more, and {nameof(DropLast)} is on.");
        }
        if ((Int128)BatchSize * frames * 3 * ImageSize * ImageSize > Array.MaxLength)
        {
            var what = frames == 1 ? "images" : $"clips of {frames} frames";
            throw new ArgumentException($"{BatchSize} {what} of {ImageSize} x {ImageSize} exceed 2 GB; lower {nameof(BatchSize)}.");
        }
    }

    private static void RequirePositive(int value, string option)
    {
        if (value < 1)
            throw new ArgumentOutOfRangeException(option, value, $"{option} is at least 1.");
    }
}
