using SelfSup.Data;

namespace SelfSup.Transfer;

/// <summary>Leaves unreadable images out before labels are drawn: of a few drawn ones, a single one would be too many.</summary>
internal static class ReadableImages
{
    /// <summary>Reads all images once.</summary>
    /// <param name="source">The images.</param>
    /// <param name="what">What they are for, such as <c>training</c>.</param>
    /// <param name="imageSize">Side in pixels to read them at.</param>
    /// <param name="workers">Threads that read.</param>
    /// <param name="progress">Told how many images are read.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The images that can be read, of every class at least one.</returns>
    /// <exception cref="InvalidDataException">Too many images cannot be read, or all of a class.</exception>
    public static ILabeledImageSource Of(
        ILabeledImageSource source, string what, int imageSize, int workers, IProgress<ProbeProgress>? progress, CancellationToken cancellationToken)
    {
        var loader = new ImageLoader(source, new ImageLoaderOptions { ImageSize = imageSize, Workers = workers, Shuffle = false });
        var indices = new List<int>(source.Count);
        foreach (var batch in loader.ReadEpoch(0, cancellationToken: cancellationToken))
        {
            using (batch)
                indices.AddRange(batch.Indices);
            progress?.Report(new($"whole networks: reading {what} images", indices.Count, source.Count));
        }
        return Take(source, what, new ReadImages([.. indices], [], loader.Failures));
    }

    /// <summary>Takes the images that were read before.</summary>
    /// <exception cref="InvalidDataException">There is none of a class.</exception>
    public static ILabeledImageSource Take(ILabeledImageSource source, string what, ReadImages images)
    {
        images.CheckClasses(source, what);
        return images.Failures.Count == 0 ? source : new LabeledSubset(source, images.Indices);
    }
}
