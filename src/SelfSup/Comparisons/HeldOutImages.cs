using SelfSup.Data;
using SelfSup.Transfer;

namespace SelfSup.Comparisons;

/// <summary>
/// Keeps the images that candidates are tested on out of those that they learn from: an image that a network has learned from, even without its
/// label, looks easier to it than the next one will.
/// </summary>
/// <param name="Images">The images that are left to learn from.</param>
/// <param name="Tested">The labeled images to test on, as places in their source, ascending; the others may teach a classifier.</param>
/// <param name="Failures">Images of either source that could not be read.</param>
internal sealed record HeldOutImages(IImageSource Images, IReadOnlyList<int> Tested, IReadOnlyList<ImageFailure> Failures)
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
        var unlabeled = Read(images, options, cancellationToken);
        var known = Read(labeled, options, cancellationToken);
        ImageFailure[] failures = [.. unlabeled.Failures, .. known.Failures];
        var copies = unlabeled.Hashes.CountBy(hash => hash).ToDictionary();
        var hashes = known.Indices.Zip(known.Hashes).Where(image => copies.ContainsKey(image.Second)).ToDictionary();
        var all = Enumerable.Range(0, labeled.Count);
        if (hashes.Count == 0)
            return new(images, [.. all], failures);
        var keptOut = Draw(labeled, hashes, copies, Math.Max(1, images.Count / MostOf), options.Seed);
        int[] tested = [.. all.Where(image => !hashes.TryGetValue(image, out var hash) || keptOut.Contains(hash))];
        if (tested.Length == 0)
            throw new ArgumentException("Nearly all images are one and the same picture, so that none can be kept out to test on.");
        var leftOut = unlabeled.Indices.Zip(unlabeled.Hashes).Where(image => keptOut.Contains(image.Second)).Select(image => image.First);
        return new(new ImageSubset(images, Enumerable.Range(0, images.Count).Except(leftOut)), tested, failures);
    }

    /// <summary>Draws labeled images, as many of each class, whose copies among the unlabeled ones are no more than allowed.</summary>
    /// <returns>The hashes of their pixels.</returns>
    private static HashSet<UInt128> Draw(
        ILabeledImageSource labeled, Dictionary<int, UInt128> hashes, Dictionary<UInt128, int> copies, int most, int seed)
    {
        var drawn = new HashSet<UInt128>();
        var shared = new LabeledSubset(labeled, hashes.Keys.Order());
        foreach (var place in LabeledSubset.Stratified(shared, shared.Count, seed).Indices)
        {
            var hash = hashes[shared.Indices[place]];
            if (copies[hash] <= most && drawn.Add(hash))
                most -= copies[hash];
        }
        return drawn;
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
