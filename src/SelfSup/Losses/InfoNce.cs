using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>The losses of momentum contrast: every query must find its key, among a queue's or among those of the batch.</summary>
/// <remarks>
/// Oord, Li and Vinyals, "Representation Learning with Contrastive Predictive Coding", 2018, https://arxiv.org/abs/1807.03748, as He et
/// al. use it in "Momentum Contrast for Unsupervised Visual Representation Learning", 2020, https://arxiv.org/abs/1911.05722, and Chen,
/// Xie and He in MoCo v3, 2021, https://arxiv.org/abs/2104.02057. Keys and negatives are constants, whatever gradient history they have.
/// </remarks>
public static class InfoNce
{
    /// <summary>MoCo's loss: each query's key among the rows of a queue. Where all are alike it is log(1 + K).</summary>
    /// <param name="queries">Embeddings of one view, (N, D), of any length.</param>
    /// <param name="keys">Embeddings of the other view in the same order, (N, D), of any length.</param>
    /// <param name="negatives">Embeddings of other images, (K, D), of any length: the queue as it was before these keys.</param>
    /// <param name="temperature">Divides the cosines, above 0. The default is MoCo v2's 0.2.</param>
    /// <returns>
    /// The loss, 0 or above, and the metric <c>accuracy</c>, the share of queries that are closer to their key than to all negatives; owned
    /// by the caller.
    /// </returns>
    /// <exception cref="ArgumentException">The temperature is not above 0, or the shapes do not fit.</exception>
    public static PretextLoss Of(Tensor queries, Tensor keys, Tensor negatives, double temperature = 0.2)
    {
        Temperatures.Check(temperature);
        Shapes.CheckPairs(queries, keys);
        Shapes.CheckRows(negatives, queries.shape[1]);
        using var scope = NewDisposeScope();
        var units = Cosines.Unit(queries);
        var positive = units.mul(Cosines.Unit(keys.detach()).to(units.dtype)).sum(1, keepdim: true);
        var logits = cat([positive, Cosines.Between(units, Cosines.Unit(negatives.detach()))], 1).div(temperature); // (N, 1 + K)
        return ClassificationLoss.Of(logits, zeros(queries.shape[0], int64, logits.device)).MoveToOuterDisposeScope();
    }

    /// <summary>MoCo v3's loss but for its factor 2T: each query's key among those of the batch. Where all are alike it is log(N).</summary>
    /// <param name="queries">Predictions from one view, (N, D), of any length.</param>
    /// <param name="keys">Embeddings of the other view in the same order, (N, D), of any length.</param>
    /// <param name="temperature">Divides the cosines, above 0. The default is 0.2, MoCo v3's for vision transformers; it takes 1 for ResNet-50.</param>
    /// <returns>
    /// The loss, 0 or above, and the metric <c>accuracy</c>, the share of queries that are closest to their key; owned by the caller.
    /// </returns>
    /// <exception cref="ArgumentException">The temperature is not above 0, or the shapes differ.</exception>
    public static PretextLoss InBatch(Tensor queries, Tensor keys, double temperature = 0.2)
    {
        Temperatures.Check(temperature);
        Shapes.CheckPairs(queries, keys);
        using var scope = NewDisposeScope();
        var logits = Cosines.Between(Cosines.Unit(queries), Cosines.Unit(keys.detach())).div(temperature); // (N, N)
        return ClassificationLoss.Of(logits, arange(queries.shape[0], int64, logits.device)).MoveToOuterDisposeScope();
    }
}
