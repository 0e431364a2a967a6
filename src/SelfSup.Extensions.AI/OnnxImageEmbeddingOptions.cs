using Microsoft.ML.OnnxRuntime;
using SelfSup.Data;

namespace SelfSup.Extensions.AI;

/// <summary>How images are read and computed. Every default is usable.</summary>
public sealed record OnnxImageEmbeddingOptions
{
    /// <summary>
    /// Decodes images; <see cref="IImageDecoder.Default"/> by default. <see cref="IImageDecoder.WithMaxPixels"/> refuses large ones before they
    /// take memory, which suits images from strangers.
    /// </summary>
    public IImageDecoder Decoder { get; init; } = IImageDecoder.Default;

    /// <summary>
    /// ONNX Runtime's own options, such as its threads or a graphics card, read when the model is opened and not kept; null, the default, for
    /// none.
    /// </summary>
    public SessionOptions? Session { get; init; }

    /// <summary>
    /// The name of the model in metadata and embeddings; null, the default, for the architecture with the first digits of the file's SHA-256,
    /// such as <c>resnet18-1f0c3a9b</c>: vectors of one name belong together, and those of other weights have another name.
    /// </summary>
    public string? ModelId { get; init; }
}
