using Microsoft.Extensions.AI;
using SelfSup.Extensions.AI;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Makes embeddings of images a service of an app.</summary>
public static class SelfSupEmbeddingServiceCollectionExtensions
{
    /// <summary>
    /// Adds an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> of images, a singleton that opens its file when it is first asked for.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="path">A file that <c>OnnxFile.Export</c> of SelfSup wrote.</param>
    /// <param name="options">How images are read and computed; null for the defaults.</param>
    /// <returns>A builder, to put caches, logs or telemetry around the generator.</returns>
    public static EmbeddingGeneratorBuilder<DataContent, Embedding<float>> AddSelfSupEmbeddings(
        this IServiceCollection services, string path, OnnxImageEmbeddingOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return services.AddEmbeddingGenerator(_ => new OnnxImageEmbeddingGenerator(path, options));
    }

    /// <summary>Adds a generator by a key, for apps with several; else as <see cref="AddSelfSupEmbeddings"/>.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="serviceKey">The key.</param>
    /// <param name="path">A file that <c>OnnxFile.Export</c> of SelfSup wrote.</param>
    /// <param name="options">How images are read and computed; null for the defaults.</param>
    /// <returns>A builder, to put caches, logs or telemetry around the generator.</returns>
    public static EmbeddingGeneratorBuilder<DataContent, Embedding<float>> AddKeyedSelfSupEmbeddings(
        this IServiceCollection services, object? serviceKey, string path, OnnxImageEmbeddingOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return services.AddKeyedEmbeddingGenerator(serviceKey, _ => new OnnxImageEmbeddingGenerator(path, options));
    }
}
