using SelfSup.Data;
using SelfSup.Transfer;

namespace SelfSup.Comparisons;

/// <summary>
/// Keeps what candidates are asked about out of what they learn from: an image that a network has learned from, even without its label, looks
/// easier to it than the next one will.
/// </summary>
/// <param name="Images">The images that are left to learn from.</param>
/// <param name="Asked">The labeled images to ask about, as places in their source, ascending; the others may teach a classifier.</param>
internal sealed record HeldOutImages(IImageSource Images, IReadOnlyList<int> Asked)
{
    private const int MostOf = 4; // at most a quarter of the images is kept out
    private const int Side = 32; // in pixels: enough to know an image again

    /// <summary>Finds the labeled images among the others by their pixels.</summary>
    /// <param name="images">Images to learn from.</param>
    /// <param name="labeled">Labeled images.</param>
    /// <param name="options">The seed, and threads that read.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static HeldOutImages Of(IImageSource images, ILabeledImageSource labeled, ComparisonOptions options, CancellationToken cancellationToken)
    {
        var learned = Read(images, options, cancellationToken);
        var known = Read(labeled, options, cancellationToken);
        var hashes = learned.Hashes.ToHashSet();
        int[] shared = [.. known.Indices.Zip(known.Hashes).Where(image => hashes.Contains(image.Second)).Select(image => image.First)];
        var asked = Enumerable.Range(0, labeled.Count).ToArray();
        if (shared.Length == 0)
            return new(images, asked);
        if (shared.Length > images.Count / MostOf)
        {
            var drawn = LabeledSubset.Stratified(new LabeledSubset(labeled, shared), Math.Max(1, images.Count / MostOf), options.Seed).Indices;
            asked = [.. asked.Except(shared).Concat(drawn.Select(place => shared[place])).Order()];
        }
        var keptOut = asked.ToHashSet();
        var keptOutHashes = known.Indices.Zip(known.Hashes).Where(image => keptOut.Contains(image.First)).Select(image => image.Second).ToHashSet();
        var leftOut = learned.Indices.Zip(learned.Hashes).Where(image => keptOutHashes.Contains(image.Second)).Select(image => image.First);
        return new(new ImageSubset(images, Enumerable.Range(0, images.Count).Except(leftOut)), asked);
    }

    private static ReadImages Read(IImageSource source, ComparisonOptions options, CancellationToken cancellationToken)
    {
        var loader = new ImageLoader(source, new ImageLoaderOptions { ImageSize = Side, Workers = options.Workers, Shuffle = false });
        var (indices, hashes) = (new List<int>(source.Count), new List<UInt128>(source.Count));
        foreach (var batch in loader.ReadEpoch(0, cancellationToken: cancellationToken))
        {
            using (batch)
            {
                indices.AddRange(batch.Indices);
                hashes.AddRange(ReadImages.HashesOf(batch));
            }
        }
        return new([.. indices], [.. hashes], loader.Failures);
    }
}
