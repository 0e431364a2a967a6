using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>Blurs random images by Gaussians of random width, continuing them at their borders as a mirror would.</summary>
/// <remarks>
/// Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", 2020, https://arxiv.org/abs/2002.05709, but
/// for the filter, which they end at a twentieth of the side and which here goes as far as three of the largest deviations.
/// </remarks>
internal static class GaussianBlur
{
    // For every step of the filter a matrix that says which pixel lies that far from which, (2 radius + 1, side * side).
    private static readonly DeviceConstants<(int Radius, int Side)> places = new(key => Places(key.Radius, key.Side));

    /// <summary>Blurs a batch.</summary>
    /// <param name="images">Gray levels of any number of channels, float32 (N, C, S, S); borrowed.</param>
    /// <param name="probability">Probability that an image is blurred; in [0, 1].</param>
    /// <param name="deviation">The range that standard deviations are drawn from, in pixels.</param>
    /// <param name="random">Draws which and how much, on the images' device.</param>
    /// <returns>The images, float32 (N, C, S, S), owned by the caller; those not drawn are unchanged.</returns>
    public static Tensor Apply(Tensor images, double probability, (double Minimum, double Maximum) deviation, RandomSource random)
    {
        using var scope = NewDisposeScope();
        long count = images.shape[0], channels = images.shape[1], side = images.shape[2];
        var radius = (int)Math.Min(Math.Ceiling(3 * deviation.Maximum), side - 1);
        var draws = random.Uniforms(2, count, 1);
        var deviations = draws[0].mul(deviation.Maximum - deviation.Minimum).add_(deviation.Minimum);
        var distance = arange(-radius, radius + 1, ScalarType.Float32, images.device).view(1, -1);
        var sharp = distance.eq(0).to(ScalarType.Float32);
        var gaussian = distance.div(deviations).pow_(2).mul_(-0.5).exp_();
        gaussian.div_(gaussian.sum(1, keepdim: true));
        var filter = where(draws[1].lt(probability), gaussian, sharp);

        var weights = filter.matmul(places.On(images.device, (radius, (int)side))).view(count, side, side);
        var blurred = images.reshape(count, channels * side, side).bmm(weights.transpose(1, 2)).view(count, channels, side, side);
        return weights.unsqueeze(1).matmul(blurred).MoveToOuterDisposeScope();
    }

    private static Tensor Places(int radius, int side)
    {
        var ones = new float[2 * radius + 1, side * side];
        for (var step = -radius; step <= radius; step++)
        {
            for (var pixel = 0; pixel < side; pixel++)
                ones[step + radius, pixel * side + Reflection.Inside(pixel + step, side)] = 1;
        }
        return tensor(ones, device: CPU);
    }
}
