using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>Changes brightness, contrast, saturation and hue of every image, or takes its colours away, by one matrix an image.</summary>
/// <remarks>
/// All five are linear in the pixel and its image's mean, so they are one 3x3 product and one sum. Luminance weights and hue rotation are
/// those of the W3C's Filter Effects, https://www.w3.org/TR/filter-effects-1/#feColorMatrixElement.
/// </remarks>
public static class ColorJitter
{
    private static readonly DeviceConstant luminance = new(() => tensor(new[] { 0.213f, 0.715f, 0.072f }).view(1, 1, 3));

    // What hue rotation adds by the sine of its angle.
    private static readonly DeviceConstant quarterTurn = new(() =>
        tensor(new[] { -0.213f, -0.715f, 0.928f, 0.143f, 0.140f, -0.283f, -0.787f, 0.715f, 0.072f }).view(1, 3, 3));

    /// <summary>Jitters a batch.</summary>
    /// <param name="images">RGB images, uint8 (N, 3, H, W); borrowed.</param>
    /// <param name="strength">Factors of brightness, contrast and saturation are drawn from [1 - strength, 1 + strength]; in [0, 1].</param>
    /// <param name="hue">Hues are turned by up to this part of a full turn either way; in [0, 0.5].</param>
    /// <param name="greyscale">Probability that an image becomes grey; in [0, 1].</param>
    /// <param name="random">Draws the factors, on the images' device.</param>
    /// <returns>The changed images, uint8 (N, 3, H, W), owned by the caller.</returns>
    public static Tensor Apply(Tensor images, double strength, double hue, double greyscale, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var device = images.device;
        long count = images.shape[0], height = images.shape[2], width = images.shape[3];
        var draws = random.Uniform(5, count, 1, 1);
        var factors = draws.slice(0, 0, 3, 1).mul(2 * strength).add_(1 - strength);
        Tensor brightness = factors[0], contrast = factors[1], saturation = factors[2];
        saturation = saturation.mul(draws[4].ge(greyscale));
        var angle = draws[3].mul(2).sub_(1).mul_(2 * Math.PI * hue);

        var weights = luminance.On(device);
        var grey = weights.expand(1, 3, 3);
        var colours = eye(3, device: device).sub(grey).mul(angle.cos())
            .add_(quarterTurn.On(device).mul(angle.sin()));
        var matrix = grey.add(colours.mul_(saturation)).mul_(brightness).mul_(contrast); // (N, 3, 3)

        var pixels = images.to(ScalarType.Float32).view(count, 3, height * width);
        var mean = weights.matmul(pixels.mean([2], keepdim: true)); // (N, 1, 1)
        var offset = contrast.neg().add_(1).mul_(brightness).mul_(mean);
        return matrix.bmm(pixels).add_(offset).round_().clamp_(0, 255).to(ScalarType.Byte).view(count, 3, height, width)
            .MoveToOuterDisposeScope();
    }
}
