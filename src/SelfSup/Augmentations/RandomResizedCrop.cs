using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>Cuts a random rectangle out of every image, resizes it to a square and mirrors a random half, in one pass.</summary>
/// <remarks>
/// Szegedy et al., "Going Deeper with Convolutions", 2015, https://arxiv.org/abs/1409.4842: the area is drawn uniformly, and the
/// logarithm of the aspect ratio uniformly between those of 3/4 and 4/3, as far as the rectangle fits.
/// </remarks>
internal static class RandomResizedCrop
{
    private const double WidestRatio = 4.0 / 3;

    /// <summary>Crops, resizes and flips a batch.</summary>
    /// <param name="images">Images of any number of channels, uint8 (N, C, S, S); borrowed.</param>
    /// <param name="size">Side of the result in pixels.</param>
    /// <param name="minimumArea">Least share of the image's area to cut out, above 0 and at most 1.</param>
    /// <param name="maximumArea">Largest share, at least the least and at most 1.</param>
    /// <param name="flip">Whether a random half of the images is mirrored.</param>
    /// <param name="random">Draws rectangles and flips, on the images' device.</param>
    /// <returns>The resized crops (N, C, size, size) in gray levels, uint8 or float32, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The images are not uint8.</exception>
    public static Tensor Apply(Tensor images, int size, double minimumArea, double maximumArea, bool flip, RandomSource random)
    {
        if (images.dtype != ScalarType.Byte)
            throw new ArgumentException($"Random resized crops are made of uint8 images, not of {images.dtype}.", nameof(images));
        using var boxes = Draw(images, minimumArea, maximumArea, flip, random);
        return BoxResampling.Apply(images, boxes, size);
    }

    /// <summary>Draws top, height, left, width (in pixels) and mirrored (0 or 1) of every image, as floats (5, N).</summary>
    public static Tensor Draw(Tensor images, double minimumArea, double maximumArea, bool flip, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var draws = random.Uniforms(5, images.shape[0]);
        var area = draws[0].mul_(maximumArea - minimumArea).add_(minimumArea);
        var ratio = draws[1].mul_(2).sub_(1).mul_(Math.Log(WidestRatio)).exp_();
        ratio = ratio.maximum(area).minimum(area.reciprocal());
        var (height, top) = Side(area.div(ratio), images.shape[2], draws[2]);
        var (width, left) = Side(area.mul(ratio), images.shape[3], draws[3]);
        var mirrored = flip ? draws[4].lt(0.5).to(ScalarType.Float32) : zeros_like(draws[4]);
        return stack([top, height, left, width, mirrored]).MoveToOuterDisposeScope();

        static (Tensor Length, Tensor Start) Side(Tensor squaredShare, long whole, Tensor draw)
        {
            var length = squaredShare.sqrt_().mul_(whole).round_().clamp_(1, whole);
            // A draw next to 1 can round up to the number of places.
            return (length, length.neg().add_(whole + 1).mul(draw).floor_().minimum(length.neg().add_(whole)));
        }
    }
}
