using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using SelfSup.Data;

namespace SelfSup.Samples.Web;

/// <summary>Puts the photos of a folder into a vector store.</summary>
internal sealed class PhotoIndex(
    ImageFolder folder, IEmbeddingGenerator<DataContent, Embedding<float>> generator, VectorStoreCollection<int, Photo> photos)
{
    /// <summary>Number of photos in the folder.</summary>
    public int Count => folder.Count;

    /// <summary>How many of them can be found.</summary>
    public int Indexed { get; private set; }

    /// <summary>Embeds all photos, several at a time.</summary>
    /// <param name="progress">Told how many are done, by one thread at a time.</param>
    /// <param name="cancellation">Asked before every photo.</param>
    /// <returns>Files that cannot be read, those too that are not counted as photos.</returns>
    public async Task<IReadOnlyCollection<ImageFailure>> FillAsync(IProgress<int>? progress, CancellationToken cancellation)
    {
        var failures = new ConcurrentQueue<ImageFailure>(folder.Failures);
        var (turn, done, indexed) = (new Lock(), 0, 0);
        await photos.EnsureCollectionExistsAsync(cancellation);
        await Parallel.ForAsync(0, folder.Count, cancellation, async (id, stop) =>
        {
            try
            {
                await AddAsync(id, stop);
                Interlocked.Increment(ref indexed);
            }
            catch (Exception e) when (e is ImageReadException or IOException or UnauthorizedAccessException)
            {
                failures.Enqueue(new(folder.NameOf(id), e.Message));
            }
            lock (turn)
                progress?.Report(++done);
        });
        Indexed = indexed;
        return failures;
    }

    private async Task AddAsync(int id, CancellationToken cancellation)
    {
        var image = await DataContent.LoadFromAsync(folder.FileOf(id), cancellationToken: cancellation);
        var features = await generator.GenerateVectorAsync(image, cancellationToken: cancellation);
        await photos.UpsertAsync(new Photo { Id = id, Name = folder.NameOf(id), Features = features }, cancellation);
    }
}
