using SelfSup.Data;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Curation;

/// <summary>An image that a search found.</summary>
/// <param name="Image">Its place in the source that was searched.</param>
/// <param name="Similarity">The cosine of its features and the query's, in -1..1: 1 is the same.</param>
public sealed record SearchHit(int Image, double Similarity);

/// <summary>Finds the images that look most like a given one, among all, exactly.</summary>
/// <remarks>
/// A query is compared with every image by a product of matrices, so that several queries at once take little longer than one. Nothing
/// is built in advance, and the features are borrowed. It may be asked from several threads at once.
/// </remarks>
public sealed class ImageSearch
{
    private readonly FeatureSet features;
    private readonly FeatureLayer layer;
    private readonly Dictionary<int, int> rows; // by place in the source

    /// <summary>Searches images.</summary>
    /// <param name="features">The features of the images to search. Borrowed.</param>
    /// <param name="layer">Which of them.</param>
    /// <exception cref="ArgumentException">The layer was not extracted.</exception>
    public ImageSearch(FeatureSet features, FeatureLayer layer)
    {
        if (!features.Layers.Contains(layer.Name))
            throw new ArgumentException($"There are features of {string.Join(", ", features.Layers)}, not of '{layer.Name}'.", nameof(layer));
        (this.features, this.layer) = (features, layer);
        rows = features.Indices.Index().ToDictionary(row => row.Item, row => row.Index);
    }

    /// <summary>Finds the images most like one of them.</summary>
    /// <param name="image">Its place in the source; it is not among what is found.</param>
    /// <param name="count">How many to find, at least 1; all others where there are fewer.</param>
    /// <returns>The most similar first.</returns>
    /// <exception cref="ArgumentException">The image is not in the source, or could not be read.</exception>
    public IReadOnlyList<SearchHit> FindLike(int image, int count = 10)
    {
        if (!rows.TryGetValue(image, out var row))
            throw new ArgumentException($"There are no features of image {image}: it could not be read, or there is none.", nameof(image));
        using var query = features[layer.Name].narrow(0, row, 1);
        return [.. Find(query, (int)Math.Min(count + 1L, int.MaxValue))[0].Where(hit => hit.Image != image).Take(count)];
    }

    /// <summary>Finds the images most like an image from anywhere.</summary>
    /// <param name="encoder">The encoder that the features are of, in any mode. Borrowed.</param>
    /// <param name="imagePath">The image file.</param>
    /// <param name="count">How many to find, at least 1; all where there are fewer.</param>
    /// <param name="decoder">Decodes the file; <see cref="IImageDecoder.Default"/> if null.</param>
    /// <returns>The most similar first.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ImageReadException">The file is no image, or a damaged one; the message names it.</exception>
    public IReadOnlyList<SearchHit> Find(Encoder encoder, string imagePath, int count = 10, IImageDecoder? decoder = null)
    {
        if (!File.Exists(imagePath))
            throw new FileNotFoundException($"There is no image file '{imagePath}'.", imagePath);
        var pixels = (decoder ?? IImageDecoder.Default).DecodeFile(imagePath, encoder.ImageSize);
        using var query = FeatureExtractor.Extract(encoder, new InMemoryImages(pixels, encoder.ImageSize), [layer], workers: 1);
        return Find(query[layer.Name], count)[0];
    }

    /// <summary>Finds the images most like every query.</summary>
    /// <param name="queries">Features of the same layer, float32 (M, D) on the CPU. Borrowed.</param>
    /// <param name="count">How many to find, at least 1; all where there are fewer.</param>
    /// <param name="cancellationToken">Asked between blocks of work.</param>
    /// <returns>A list a query, the most similar first.</returns>
    /// <exception cref="ArgumentException">The queries have another length than the images' features.</exception>
    public IReadOnlyList<IReadOnlyList<SearchHit>> Find(Tensor queries, int count = 10, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        UnitRows.Check(queries);
        var bank = features[layer.Name];
        if (queries.shape[1] != bank.shape[1])
            throw new ArgumentException($"The queries have {queries.shape[1]} features, the images {bank.shape[1]}.", nameof(queries));
        var nearest = NearestNeighbors.Of(queries, bank, count, cancellationToken: cancellationToken);
        return [.. Enumerable.Range(0, (int)queries.shape[0]).Select(query => ListHits(nearest, query))];
    }

    private SearchHit[] ListHits(NearestNeighbors nearest, int query)
    {
        var hits = new SearchHit[nearest.Count];
        var found = nearest.RowsOf(query);
        var distances = nearest.DistancesOf(query);
        for (var i = 0; i < hits.Length; i++)
            hits[i] = new(features.Indices[found[i]], 1 - (distances[i] * distances[i] / 2.0));
        return hits;
    }
}
