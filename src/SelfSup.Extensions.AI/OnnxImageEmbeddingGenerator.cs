using System.Buffers;
using Microsoft.Extensions.AI;
using Microsoft.ML.OnnxRuntime;
using SelfSup.Data;

namespace SelfSup.Extensions.AI;

/// <summary>Embeds images by an encoder that SelfSup exported to ONNX. ONNX Runtime computes, without TorchSharp and libtorch.</summary>
/// <remarks>
/// An embedding is what the encoder's <c>forward</c> returns, of the length that the encoder gives it; compare embeddings by their cosine. Images
/// are turned upright by their EXIF orientation, cut to the central square and scaled, as everywhere in SelfSup. The generator may be asked from
/// any number of threads at once; each request computes on its own.
/// </remarks>
public sealed class OnnxImageEmbeddingGenerator : IEmbeddingGenerator<DataContent, Embedding<float>>
{
    private const string ProviderName = "selfsup";
    private const int BatchSize = 16;
    private readonly ExportedEncoder encoder;
    private readonly IImageDecoder decoder;
    private readonly EmbeddingGeneratorMetadata metadata;
    private readonly ReaderWriterLockSlim use = new(); // readers compute, the writer disposes
    private bool isDisposed;

    /// <summary>Opens an encoder.</summary>
    /// <param name="path">A file that <c>OnnxFile.Export</c> of SelfSup wrote.</param>
    /// <param name="options">How images are read and computed; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no encoder that SelfSup exported; the message says what does not fit.</exception>
    public OnnxImageEmbeddingGenerator(string path, OnnxImageEmbeddingOptions? options = null)
    {
        options ??= new OnnxImageEmbeddingOptions();
        encoder = new ExportedEncoder(path, options.Session);
        decoder = options.Decoder;
        metadata = new(ProviderName, defaultModelId: options.ModelId ?? encoder.Name, defaultModelDimensions: encoder.FeatureCount);
    }

    /// <summary>Embeds images, on a thread of the pool.</summary>
    /// <param name="values">
    /// Image files by their content: JPEG, PNG, WebP, BMP, GIF or TIFF, whatever their media type says. A few are taken at a time, so that a
    /// sequence that reads files as it is asked for them takes little memory.
    /// </param>
    /// <param name="options">May name the model and the dimensions, which are then compared with the encoder's; null for nothing.</param>
    /// <param name="cancellationToken">Asked before every image and every batch.</param>
    /// <returns>
    /// An embedding for each image, in the same order. <see cref="GeneratedEmbeddings{TEmbedding}.Usage"/> counts <c>images</c>; there are no
    /// tokens.
    /// </returns>
    /// <exception cref="ImageReadException">A content is no image, or a damaged one; the message names it, or its place from 0, and says why.</exception>
    /// <exception cref="NotSupportedException">The options ask for another model or other dimensions.</exception>
    /// <exception cref="ObjectDisposedException">The generator was disposed.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        ObjectDisposedException.ThrowIf(isDisposed, this);
        Check(options);
        return Task.Run(() => Generate(values, cancellationToken), cancellationToken);
    }

    /// <summary>Gives the metadata (<see cref="EmbeddingGeneratorMetadata"/>), the <see cref="InferenceSession"/>, or the generator itself.</summary>
    /// <param name="serviceType">What is asked for.</param>
    /// <param name="serviceKey">Null: nothing is known by a key.</param>
    /// <returns>It, or null if there is none.</returns>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? metadata
            : serviceType == typeof(InferenceSession) ? encoder.Session
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Closes the model, once the batches that are being computed are done.</summary>
    public void Dispose()
    {
        use.EnterWriteLock();
        try
        {
            if (!isDisposed)
                encoder.Dispose();
            isDisposed = true;
        }
        finally
        {
            use.ExitWriteLock();
        }
    }

    private GeneratedEmbeddings<Embedding<float>> Generate(IEnumerable<DataContent> values, CancellationToken cancellationToken)
    {
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        foreach (var batch in values.Chunk(BatchSize))
        {
            var features = Compute(batch, embeddings.Count, cancellationToken);
            for (var i = 0; i < batch.Length; i++)
            {
                var vector = features.AsMemory(i * encoder.FeatureCount, encoder.FeatureCount);
                embeddings.Add(new(vector) { ModelId = metadata.DefaultModelId });
            }
        }
        embeddings.Usage = new() { AdditionalCounts = new() { ["images"] = embeddings.Count } };
        return embeddings;
    }

    private float[] Compute(DataContent[] images, int before, CancellationToken cancellationToken)
    {
        var length = checked(3 * encoder.ImageSize * encoder.ImageSize);
        var pixels = ArrayPool<byte>.Shared.Rent(images.Length * length);
        try
        {
            for (var i = 0; i < images.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Decode(images[i], before + i, pixels.AsSpan(i * length, length));
            }
            cancellationToken.ThrowIfCancellationRequested();
            return Compute(pixels.AsMemory(0, images.Length * length), images.Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    private float[] Compute(Memory<byte> pixels, int count)
    {
        use.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            return encoder.Compute(pixels, count);
        }
        finally
        {
            use.ExitReadLock();
        }
    }

    private void Decode(DataContent image, int place, Span<byte> pixels)
    {
        try
        {
            decoder.Decode(image.Data.Span, encoder.ImageSize, pixels);
        }
        catch (ImageReadException e)
        {
            throw new ImageReadException($"{(image.Name is null ? $"Image {place}" : $"'{image.Name}'")} cannot be decoded: {e.Message}.", e);
        }
    }

    private void Check(EmbeddingGenerationOptions? options)
    {
        if (options?.ModelId is { } model && model != metadata.DefaultModelId)
            throw new NotSupportedException($"The model '{model}' was asked for; this generator is of '{metadata.DefaultModelId}'.");
        if (options?.Dimensions is { } dimensions && dimensions != encoder.FeatureCount)
            throw new NotSupportedException($"{dimensions} dimensions were asked for; the encoder gives {encoder.FeatureCount}.");
    }
}
