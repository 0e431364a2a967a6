using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>Inverts the bright half of the gray levels in random images: 128 and above become 255 less themselves.</summary>
/// <remarks>
/// Grill et al., "Bootstrap Your Own Latent: A New Approach to Self-Supervised Learning", 2020, https://arxiv.org/abs/2006.07733.
/// </remarks>
internal static class Solarization
{
    /// <summary>Solarizes a batch.</summary>
    /// <param name="images">Uint8 (N, C, H, W); borrowed.</param>
    /// <param name="probability">Probability that an image is solarized; in [0, 1].</param>
    /// <param name="random">Draws which, on the images' device.</param>
    /// <returns>Uint8 (N, C, H, W), owned by the caller.</returns>
    public static Tensor Apply(Tensor images, double probability, RandomSource random)
    {
        using var scope = NewDisposeScope();
        // A level and its inverse are v and v xor 255, and the smaller one of the two is what is asked for.
        var inverted = random.Chance(probability, images.shape[0], 1, 1, 1).to(ScalarType.Byte).mul_(255);
        return images.minimum(images.bitwise_xor(inverted)).MoveToOuterDisposeScope();
    }
}
