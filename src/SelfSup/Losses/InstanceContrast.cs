using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>The loss of instance discrimination: every image is a class, whose weight is what a memory has of it.</summary>
/// <remarks>
/// Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination" (NPID), 2018, https://arxiv.org/abs/1805.01978, by
/// a softmax instead of the paper's noise-contrastive estimation. The memory is a constant. Where all its rows are alike, the loss is the
/// logarithm of the number of rows that are compared.
/// </remarks>
public static class InstanceContrast
{
    /// <summary>Compares features with the rows of all images.</summary>
    /// <param name="features">Embeddings of some images, (N, D), of any length.</param>
    /// <param name="memory">A row for every image, (M, D), of unit length.</param>
    /// <param name="images">Which images they are, int64 (N): numbers of rows.</param>
    /// <param name="temperature">Divides the cosines, above 0. The default is the paper's 0.07.</param>
    /// <returns>
    /// The loss, 0 or above, and the metric <c>accuracy</c>, the share of features that are closest to their own row; owned by the caller.
    /// </returns>
    /// <exception cref="ArgumentException">The temperature is not above 0, or the shapes do not fit.</exception>
    public static PretextLoss Of(Tensor features, Tensor memory, Tensor images, double temperature = 0.07)
    {
        Temperatures.Check(temperature);
        Shapes.CheckRows(memory, features.shape[^1]);
        using var scope = NewDisposeScope();
        var logits = Cosines.Between(Cosines.Unit(features), memory.detach()).div(temperature); // (N, M)
        return ClassificationLoss.Of(logits, images).MoveToOuterDisposeScope();
    }

    /// <summary>Compares features with their own rows and some others', where there are too many rows for all.</summary>
    /// <param name="features">Embeddings of some images, (N, D), of any length.</param>
    /// <param name="memory">A row for every image, (M, D), of unit length.</param>
    /// <param name="images">Which images they are, int64 (N): numbers of rows.</param>
    /// <param name="others">Which rows they are compared with, int64 (K); an image's own row among them does not count.</param>
    /// <param name="temperature">Divides the cosines, above 0. The default is the paper's 0.07.</param>
    /// <inheritdoc cref="Of(Tensor, Tensor, Tensor, double)"/>
    public static PretextLoss Of(Tensor features, Tensor memory, Tensor images, Tensor others, double temperature = 0.07)
    {
        Temperatures.Check(temperature);
        Shapes.CheckRows(memory, features.shape[^1]);
        using var scope = NewDisposeScope();
        var units = Cosines.Unit(features);
        var rows = memory.detach();
        var own = units.mul(rows.index_select(0, images).to(units.dtype)).sum(1, keepdim: true);
        var isOwn = others.unsqueeze(0).eq(images.unsqueeze(1)); // (N, K)
        var other = Cosines.Between(units, rows.index_select(0, others)).masked_fill(isOwn, double.NegativeInfinity);
        return ClassificationLoss.Of(cat([own, other], 1).div(temperature), zeros_like(images)).MoveToOuterDisposeScope();
    }
}
