using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace SelfSup.Samples.Web;

/// <summary>What is said of an uploaded photo.</summary>
/// <param name="Classes">The most probable classes, the first the likeliest; empty without a classifier.</param>
/// <param name="Neighbors">The photos most like it, the most alike first.</param>
internal sealed record SearchAnswer(IReadOnlyList<ClassAnswer> Classes, IReadOnlyList<NeighborAnswer> Neighbors);

/// <summary>A class with its probability, 0 to 1.</summary>
internal sealed record ClassAnswer(string Label, float Probability);

/// <summary>A photo of the folder with the cosine of its features and the upload's, -1 to 1.</summary>
internal sealed record NeighborAnswer(int Id, string Name, double Similarity);

/// <summary>Tells what is in a photo and which photos look like it.</summary>
internal sealed class PhotoSearch(
    IEmbeddingGenerator<DataContent, Embedding<float>> generator, VectorStoreCollection<int, Photo> photos, OnnxClassifier? classifier) : IDisposable
{
    private const int ShownClasses = 3, ShownNeighbors = 8;

    // A photo takes memory and a processor while it is decoded; more at once than there are processors would only wait for each other.
    private readonly SemaphoreSlim processors = new(Environment.ProcessorCount);

    public async Task<SearchAnswer> FindAsync(DataContent photo, CancellationToken cancellation)
    {
        await processors.WaitAsync(cancellation);
        try
        {
            var features = await generator.GenerateVectorAsync(photo, cancellationToken: cancellation);
            var neighbors = await photos.SearchAsync(features, ShownNeighbors, cancellationToken: cancellation)
                .Select(hit => new NeighborAnswer(hit.Record.Id, hit.Record.Name, hit.Score ?? 0))
                .ToListAsync(cancellation);
            var classes = classifier?.Predict(photo.Data.Span).Take(ShownClasses).Select(answer => new ClassAnswer(answer.Label, answer.Probability));
            return new([.. classes ?? []], neighbors);
        }
        finally
        {
            processors.Release();
        }
    }

    public void Dispose() => processors.Dispose();
}
