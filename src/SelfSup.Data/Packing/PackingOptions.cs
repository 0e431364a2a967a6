namespace SelfSup.Data;

/// <summary>How images are packed.</summary>
public sealed class PackingOptions
{
    /// <summary>
    /// Side in pixels of the square images to store, 1..16384. Reading at this side is a mere copy; at any other the stored image is
    /// resized. What lies beside the central square of an image is not stored, so that it is not seen in pretraining either: of wide images that
    /// lose much, do not pack, or cut them into squares first.
    /// </summary>
    public required int ImageSize { get; init; }

    /// <summary>Threads that read and decode images; one per processor by default. The file does not depend on it.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Share of unreadable images, 0..1, above which packing stops with an error; 0.1 by default.</summary>
    public double MaxFailureRatio { get; init; } = 0.1;

    /// <summary>Reads about 4 MB of images at a time, as many whatever the number of workers; none of these shall wait.</summary>
    internal ImageLoaderOptions ToLoaderOptions(int frames)
    {
        if (ImageSize is < 1 or > PackHeader.MaxSide)
            throw new ArgumentOutOfRangeException(nameof(ImageSize), ImageSize, $"{nameof(ImageSize)} lies in 1..{PackHeader.MaxSide}.");
        if (frames > PackHeader.MaxFrames)
            throw new ArgumentException($"Clips of {frames} frames are too long to pack; at most {PackHeader.MaxFrames} are possible.");
        var block = (int)Math.Clamp((4 << 20) / (3L * frames * ImageSize * ImageSize), 1, 1024);
        var options = new ImageLoaderOptions
        {
            ImageSize = ImageSize,
            BatchSize = block,
            Workers = Workers,
            Prefetch = 3 + (int)Math.Clamp(2L * Workers / block, 0, 64),
            Shuffle = false,
            MaxFailureRatio = MaxFailureRatio,
        };
        options.Validate(frames);
        return options;
    }
}
