using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace SelfSup.Samples.Web;

/// <summary>
/// A collection of photos in memory, compared one by one by the cosine of their features. Any other store of
/// Microsoft.Extensions.VectorData takes its place by one line of <see cref="SearchApp"/>.
/// </summary>
internal sealed class MemoryPhotos : VectorStoreCollection<int, Photo>
{
    private readonly ConcurrentDictionary<int, Photo> photos = [];

    public override string Name => "photos";

    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) => Task.FromResult(true);

    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default)
    {
        photos.Clear();
        return Task.CompletedTask;
    }

    public override Task<Photo?> GetAsync(int key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(photos.GetValueOrDefault(key));

    public override IAsyncEnumerable<Photo> GetAsync(
        Expression<Func<Photo, bool>> filter, int top, FilteredRecordRetrievalOptions<Photo>? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("This collection is searched by features, and photos are got by their key.");

    public override Task UpsertAsync(Photo record, CancellationToken cancellationToken = default)
    {
        photos[record.Id] = record;
        return Task.CompletedTask;
    }

    public override Task UpsertAsync(IEnumerable<Photo> records, CancellationToken cancellationToken = default)
    {
        foreach (var photo in records)
            photos[photo.Id] = photo;
        return Task.CompletedTask;
    }

    public override Task DeleteAsync(int key, CancellationToken cancellationToken = default)
    {
        photos.TryRemove(key, out _);
        return Task.CompletedTask;
    }

    public override IAsyncEnumerable<VectorSearchResult<Photo>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<Photo>? options = null, CancellationToken cancellationToken = default)
    {
        var query = searchValue switch
        {
            ReadOnlyMemory<float> features => features,
            Embedding<float> embedding => embedding.Vector,
            _ => throw new NotSupportedException($"This collection is searched by features, not by a {typeof(TInput).Name}."),
        };
        return photos.Values
            .Where(options?.Filter?.Compile() ?? (_ => true))
            .Select(photo => (Photo: photo, Score: TensorPrimitives.CosineSimilarity(query.Span, photo.Features.Span)))
            .Where(hit => hit.Score >= (options?.ScoreThreshold ?? double.NegativeInfinity))
            .OrderByDescending(hit => hit.Score)
            .ThenBy(hit => hit.Photo.Id)
            .Skip(options?.Skip ?? 0)
            .Take(top)
            .Select(hit => new VectorSearchResult<Photo>(hit.Photo, hit.Score))
            .ToAsyncEnumerable();
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
}
