using SelfSup.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>Changes brightness, contrast, saturation and hue of random images, or makes them gray, by one matrix an image.</summary>
/// <remarks>
/// All five are linear in the pixel and its image's mean, so they are one 3x3 product and one sum, in that order and limited to
/// 0..255 at the end. Luminance weights and hue rotation are those of the W3C's Filter Effects,
/// https://www.w3.org/TR/filter-effects-1/#feColorMatrixElement.
/// </remarks>
internal static class ColorJitter
{
    // On CPUs, as many at a time as stay in the cache from one step to the next.
    private const long CachedPixels = 1 << 17;

    private static readonly float[] weights = [0.213f, 0.715f, 0.072f];
    private static readonly DeviceConstant luminance = new(() => tensor(weights, device: CPU).view(1, 1, 3));

    // What is left of a color without its luminance.
    private static readonly DeviceConstant chroma = new(() => eye(3, device: CPU).sub(tensor(weights, device: CPU).view(1, 1, 3)));

    // What hue rotation adds by the sine of its angle.
    private static readonly DeviceConstant quarterTurn = new(() =>
        tensor(new[] { -0.213f, -0.715f, 0.928f, 0.143f, 0.140f, -0.283f, -0.787f, 0.715f, 0.072f }, device: CPU).view(1, 3, 3));

    /// <summary>Jitters a batch.</summary>
    /// <param name="images">RGB in gray levels, uint8 or float32 (N, 3T, H, W), the frames of a clip one after the other; borrowed.</param>
    /// <param name="strengths">Strengths and probabilities.</param>
    /// <param name="random">Draws the factors, on the images' device.</param>
    /// <param name="result">Type of the result: uint8, rounded, or float32.</param>
    /// <returns>The changed images (N, 3T, H, W) in [0, 255], owned by the caller.</returns>
    public static Tensor Apply(Tensor images, Augmentation strengths, RandomSource random, ScalarType result = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        var device = images.device;
        var count = images.shape[0];
        var draws = random.Uniforms(6, count, 1, 1);
        var jittered = draws[5].lt(strengths.JitterProbability);
        var brightness = Factor(draws[0], strengths.Brightness);
        var contrast = Factor(draws[1], strengths.Contrast);
        var saturation = Factor(draws[2], strengths.Saturation).mul_(draws[4].ge(strengths.Grayscale));
        var angle = draws[3].mul(2).sub_(1).mul_(2 * Math.PI * strengths.Hue).mul_(jittered);

        var gray = luminance.On(device);
        var colors = chroma.On(device).mul(angle.cos()).add_(quarterTurn.On(device).mul(angle.sin()));
        var matrix = colors.mul_(saturation).add_(gray).mul_(brightness).mul_(contrast); // (N, 3, 3)
        var ofMean = contrast.neg().add_(1).mul_(brightness).mul(gray); // (N, 1, 3)
        var changed = empty(images.shape, result, device);
        var piece = device.type == DeviceType.CPU ? Math.Clamp(CachedPixels * count / images.numel(), 1, count) : count;
        for (var start = 0L; start < count; start += piece)
        {
            using var step = NewDisposeScope();
            var length = Math.Min(piece, count - start);
            Change(Piece(images), Piece(matrix), Piece(ofMean), Piece(changed));

            Tensor Piece(Tensor whole) => whole.narrow(0, start, length);
        }
        return changed.MoveToOuterDisposeScope();

        // From [max(0, 1 - strength), 1 + strength], or 1.
        Tensor Factor(Tensor draw, double strength)
        {
            var below = Math.Min(1, strength);
            return draw.mul(below + strength).sub_(below).mul_(jittered).add_(1);
        }
    }

    /// <summary>Multiplies every pixel and adds to it what is due to its image's mean.</summary>
    private static void Change(Tensor images, Tensor matrix, Tensor ofMean, Tensor changed)
    {
        long count = images.shape[0], frames = images.shape[1] / 3, area = images.shape[2] * images.shape[3];
        var pixels = images.to(ScalarType.Float32).view(count * frames, 3, area);
        var offset = ofMean.bmm(pixels.view(count, frames, 3, area).mean([1, 3]).unsqueeze(2)); // (N, 1, 1)
        if (changed.dtype == ScalarType.Byte)
            offset.add_(0.5); // what follows the point is dropped
        if (frames > 1)
            (matrix, offset) = (matrix.repeat_interleave(frames, 0), offset.repeat_interleave(frames, 0));
        changed.copy_(matrix.bmm(pixels).add_(offset).clamp_(0, 255).view(images.shape));
    }
}
