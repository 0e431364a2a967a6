using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>Checks what losses ask that compare the images of a batch.</summary>
internal static class BatchRules
{
    /// <summary>Requires features of two images or more.</summary>
    /// <param name="features">Features (N, D). Borrowed.</param>
    /// <param name="what">What is computed of them, as the beginning of a sentence.</param>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static void RequireBatch(Tensor features, string what)
    {
        if (features.dim() != 2 || features.shape[0] < 2)
            throw new ArgumentException($"{what} over a batch need features (N, D) of at least two images, not {ShapeOf(features)}.", nameof(features));
    }

    /// <summary>Requires features of two views of the same images, two or more.</summary>
    /// <param name="first">Features (N, D). Borrowed.</param>
    /// <param name="second">Features (N, D). Borrowed.</param>
    /// <param name="what">What is computed of them, as the beginning of a sentence.</param>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static void RequirePair(Tensor first, Tensor second, string what)
    {
        RequireBatch(first, what);
        if (!first.shape.SequenceEqual(second.shape))
            throw new ArgumentException($"Two views have features of one shape, not {ShapeOf(first)} and {ShapeOf(second)}.", nameof(second));
    }

    private static string ShapeOf(Tensor tensor) => $"({string.Join(", ", tensor.shape)})";
}
