using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>NNCLR's loss: the neighbor of a view in a memory must find the prediction from the other view among those of the batch.</summary>
/// <remarks>
/// Dwibedi et al., "With a Little Help from My Friends: Nearest-Neighbor Contrastive Learning of Visual Representations", 2021,
/// https://arxiv.org/abs/2104.14548. Methods take the mean of both directions. Neighbors are constants; only predictions have a gradient.
/// </remarks>
public static class NearestNeighborContrast
{
    /// <summary>Computes the mean cross-entropy of one direction. Where all predictions are alike it is log(N).</summary>
    /// <param name="embeddings">Embeddings of one view, (N, D), of any length: the neighbors are theirs.</param>
    /// <param name="predictions">Predictions from the other view, (N, D), of any length, in the same order.</param>
    /// <param name="memory">Embeddings of earlier images, (K, D), of any length: the memory as it was before these.</param>
    /// <param name="temperature">Divides the cosines, above 0. The default is the paper's 0.1.</param>
    /// <returns>
    /// The loss, 0 or above, and the metric <c>accuracy</c>, the share of neighbors whose closest prediction is the right one; owned by the
    /// caller.
    /// </returns>
    /// <exception cref="ArgumentException">The temperature is not above 0, or the shapes do not fit.</exception>
    public static PretextLoss Of(Tensor embeddings, Tensor predictions, Tensor memory, double temperature = 0.1)
    {
        Temperatures.Check(temperature);
        Shapes.CheckPairs(embeddings, predictions);
        using var scope = NewDisposeScope();
        var neighbors = Cosines.Unit(memory.detach().index_select(0, Find(embeddings, memory)));
        var logits = Cosines.Between(neighbors, Cosines.Unit(predictions)).div(temperature); // (N, N)
        return ClassificationLoss.Of(logits, arange(embeddings.shape[0], int64, logits.device)).MoveToOuterDisposeScope();
    }

    /// <summary>Finds the row of a memory that is closest to each embedding by the cosine.</summary>
    /// <param name="embeddings">Embeddings (N, D), of any length.</param>
    /// <param name="memory">Rows (K, D), of any length.</param>
    /// <returns>Numbers of rows, int64 (N), owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Find(Tensor embeddings, Tensor memory)
    {
        Shapes.CheckRows(memory, embeddings.shape[^1]);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return Cosines.Between(Cosines.Unit(embeddings.detach()), Cosines.Unit(memory.detach())).argmax(1).MoveToOuterDisposeScope();
    }
}
