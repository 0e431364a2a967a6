using SelfSup.Transfer;

namespace SelfSup.Curation;

/// <summary>An image and how far it is from the others.</summary>
/// <param name="Image">Its place in the source.</param>
/// <param name="Distance">The mean distance to its nearest neighbors, between features of length 1, in 0..2.</param>
/// <param name="Ratio">The same, divided by the median of all images: 1 is usual.</param>
public sealed record OutlyingImage(int Image, double Distance, double Ratio);

/// <summary>Finds images that are like no others: another kind of thing, a broken file, a wrong exposure.</summary>
/// <remarks>
/// By the mean distance to the nearest neighbors: Angiulli and Pizzuti, "Fast Outlier Detection in High Dimensional Spaces", 2002. The time
/// grows with the square of the number of images.
/// </remarks>
public static class Outliers
{
    /// <summary>Orders images by how far they are from the others.</summary>
    /// <param name="features">The images' features.</param>
    /// <param name="layer">Which of them, such as <see cref="FeatureLayer.PooledName"/>.</param>
    /// <param name="neighbors">How many neighbors count, at least 1; all others where there are fewer.</param>
    /// <param name="progress">Told the share that is done, 0..1.</param>
    /// <param name="cancellationToken">Asked between blocks of work.</param>
    /// <returns>All images, the farthest first.</returns>
    /// <exception cref="ArgumentException">There are fewer than two images.</exception>
    public static IReadOnlyList<OutlyingImage> Rank(
        FeatureSet features, string layer, int neighbors = 10, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbors, 1);
        if (features.Indices.Count < 2)
            throw new ArgumentException("Outliers are told by their distance to others; give two images or more.", nameof(features));
        var nearest = NearestNeighbors.Among(features[layer], neighbors, progress, cancellationToken);
        double[] distances = [.. Enumerable.Range(0, features.Indices.Count).Select(row => Mean(nearest.DistancesOf(row)))];
        var median = Median.Of(distances);
        return [.. features.Indices.Zip(distances)
            .Select(image => new OutlyingImage(image.First, image.Second, median > 0 ? image.Second / median : 1))
            .OrderByDescending(image => image.Distance)];
    }

    private static double Mean(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += value;
        return sum / values.Length;
    }
}
