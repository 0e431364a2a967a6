using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>SimCLR's loss: every view must find the other view of its image among all other views of the batch.</summary>
/// <remarks>
/// The normalized and temperature-scaled cross-entropy of Chen et al., "A Simple Framework for Contrastive Learning of Visual
/// Representations", 2020, https://arxiv.org/abs/2002.05709. Where all embeddings are alike it is log(2N - 1). Both views have a gradient.
/// </remarks>
public static class NtXent
{
    /// <summary>Computes the mean cross-entropy over all 2N views.</summary>
    /// <param name="first">Embeddings of one view of every image, (N, D), of any length.</param>
    /// <param name="second">Embeddings of the other views, (N, D), in the same order.</param>
    /// <param name="temperature">Divides the cosines, above 0. The default is 0.5, the authors' for CIFAR-10; they take 0.1 for ImageNet.</param>
    /// <returns>
    /// The loss, 0 or above, and the metric <c>accuracy</c>, the share of views that are closest to the other view of their image; owned by
    /// the caller.
    /// </returns>
    /// <exception cref="ArgumentException">The temperature is not above 0, or the shapes differ.</exception>
    public static PretextLoss Of(Tensor first, Tensor second, double temperature = 0.5)
    {
        Temperatures.Check(temperature);
        Shapes.CheckPairs(first, second);
        using var scope = NewDisposeScope();
        var count = first.shape[0];
        var rows = cat([Cosines.Unit(first), Cosines.Unit(second)]); // (2N, D)
        var itself = eye(2 * count, device: rows.device).to(ScalarType.Bool);
        var logits = Cosines.Between(rows, rows).div(temperature).masked_fill(itself, double.NegativeInfinity);
        var others = arange(2 * count, int64, rows.device).add(count).remainder(2 * count);
        return ClassificationLoss.Of(logits, others).MoveToOuterDisposeScope();
    }
}
