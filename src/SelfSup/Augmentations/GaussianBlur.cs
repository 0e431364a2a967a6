using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>Blurs random images by Gaussians of random width.</summary>
/// <remarks>
/// As in Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", 2020,
/// https://arxiv.org/abs/2002.05709: the standard deviation is drawn from [0.1, 2] pixels, and the filter spans a tenth of the side.
/// </remarks>
public static class GaussianBlur
{
    /// <summary>Blurs a batch.</summary>
    /// <param name="images">Images of any number of channels, uint8 (N, C, H, W); borrowed.</param>
    /// <param name="probability">Probability that an image is blurred; in [0, 1].</param>
    /// <param name="random">Draws which and how much, on the images' device.</param>
    /// <returns>The images, uint8 (N, C, H, W), owned by the caller.</returns>
    public static Tensor Apply(Tensor images, double probability, RandomSource random)
    {
        using var scope = NewDisposeScope();
        long count = images.shape[0], channels = images.shape[1], height = images.shape[2], width = images.shape[3];
        var radius = Math.Max(1, Math.Min(height, width) / 20);
        var draws = random.Uniform(2, count, 1);
        var deviation = draws[0].mul(1.9).add_(0.1);
        var distance = arange(-radius, radius + 1, ScalarType.Float32, images.device).view(1, -1);
        var sharp = distance.eq(0).to(ScalarType.Float32);
        var gaussian = distance.div(deviation).pow_(2).mul_(-0.5).exp_();
        gaussian.div_(gaussian.sum(1, keepdim: true));
        // An image that is not drawn is convolved with a single 1, which spares a choice on the host.
        var filter = where(draws[1].lt(probability), gaussian, sharp).repeat_interleave(channels, 0); // (N * C, 2r + 1)

        // Every plane is a channel of one image, with a filter of its own.
        var planes = images.to(ScalarType.Float32).view(1, count * channels, height, width);
        planes = nn.functional.pad(planes, [radius, radius, radius, radius], PaddingModes.Reflect);
        planes = nn.functional.conv2d(planes, filter.view(-1, 1, 1, 2 * radius + 1), groups: count * channels);
        planes = nn.functional.conv2d(planes, filter.view(-1, 1, 2 * radius + 1, 1), groups: count * channels);
        return planes.round_().clamp_(0, 255).to(ScalarType.Byte).view(count, channels, height, width).MoveToOuterDisposeScope();
    }
}
