using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Tells from a head's embeddings of a batch whether a method that compares views has collapsed.</summary>
/// <remarks>Chen and He, "Exploring Simple Siamese Representation Learning", 2021, https://arxiv.org/abs/2011.10566.</remarks>
internal static class EmbeddingSpread
{
    /// <summary>Name of the metric.</summary>
    public const string Metric = "deviation";

    private const double LeastSound = 0.3;

    /// <summary>The alarm of an objective whose loss reports the metric.</summary>
    public static MetricAlarm Alarm { get; } = new(
        Metric, LeastSound, "The embeddings of different images are nearly the same: the method has collapsed. Try a lower learning rate, or larger batches.");

    /// <summary>
    /// The standard deviation of embeddings scaled to length 1, averaged over dimensions, times the root of their number: about 1 where they
    /// fill all directions, 0 where all are equal.
    /// </summary>
    /// <param name="embeddings">Embeddings of different images, (N, D). Borrowed.</param>
    /// <returns>A scalar without gradient, on their device; owned by the caller.</returns>
    public static Tensor Of(Tensor embeddings)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var rows = nn.functional.normalize(embeddings.detach().to(ScalarType.Float32), dim: 1);
        return rows.std(0, unbiased: false).mean().mul(Math.Sqrt(rows.shape[1])).MoveToOuterDisposeScope();
    }

    /// <summary>Adds the metric to a loss.</summary>
    /// <param name="loss">The loss, whose tensors are handed on.</param>
    /// <param name="embeddings">Embeddings of different images, (N, D). Borrowed.</param>
    /// <returns>The loss with one metric more, owned by the caller.</returns>
    public static PretextLoss AddTo(PretextLoss loss, Tensor embeddings) => new(loss.Value, [.. loss.Metrics, (Metric, Of(embeddings))]);
}
