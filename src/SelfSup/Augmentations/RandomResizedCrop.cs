using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>Cuts a random rectangle out of every image, resizes it to a square and mirrors a random half, in one pass.</summary>
/// <remarks>
/// Szegedy et al., "Going Deeper with Convolutions", 2015, https://arxiv.org/abs/1409.4842: the area is drawn uniformly, and the
/// logarithm of the aspect ratio uniformly between those of 3/4 and 4/3, as far as the rectangle fits. Resizing is bilinear, with
/// the filter widened where it makes smaller.
/// </remarks>
public static class RandomResizedCrop
{
    private const double WidestRatio = 4.0 / 3;

    /// <summary>Crops, resizes and flips a batch.</summary>
    /// <param name="images">Images of any number of channels, uint8 (N, C, S, S); borrowed.</param>
    /// <param name="size">Side of the result in pixels.</param>
    /// <param name="minimumArea">Least share of the image's area to cut out, above 0 and at most 1.</param>
    /// <param name="flip">Whether a random half of the images is mirrored.</param>
    /// <param name="random">Draws rectangles and flips, on the images' device.</param>
    /// <returns>The resized crops, uint8 (N, C, size, size), owned by the caller.</returns>
    /// <exception cref="ArgumentException">The images are not uint8, or the area is out of its range.</exception>
    public static Tensor Apply(Tensor images, int size, double minimumArea, bool flip, RandomSource random)
    {
        if (images.dtype != ScalarType.Byte)
            throw new ArgumentException($"Random resized crops are made of uint8 images, not of {images.dtype}.", nameof(images));
        if (minimumArea is not (> 0 and <= 1))
            throw new ArgumentException($"The least area is {minimumArea}; it must be above 0 and at most 1.", nameof(minimumArea));
        using var scope = NewDisposeScope();
        var boxes = Draw(images, minimumArea, flip, random);
        var crops = images.device.type == DeviceType.CPU ? ResizeEach(images, boxes, size) : ResizeAll(images, boxes, size);
        return crops.MoveToOuterDisposeScope();
    }

    /// <summary>Draws top, height, left, width (in pixels) and mirrored (0 or 1) of every image, as floats (5, N).</summary>
    internal static Tensor Draw(Tensor images, double minimumArea, bool flip, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var device = images.device;
        var draws = random.Uniform([5, images.shape[0]]);
        var area = draws[0].mul_(1 - minimumArea).add_(minimumArea);
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

    /// <summary>One image after the other; on CPUs libtorch resizes uint8 images several times faster than matrices do.</summary>
    internal static Tensor ResizeEach(Tensor images, Tensor boxes, int size)
    {
        using var scope = NewDisposeScope();
        var result = empty([images.shape[0], images.shape[1], size, size], ScalarType.Byte);
        using var numbers = boxes.to(int64).contiguous();
        var values = numbers.data<long>();
        var count = images.shape[0];
        long[] target = [size, size];
        for (long i = 0; i < count; i++)
        {
            using var step = NewDisposeScope();
            var crop = images.narrow(0, i, 1)
                .narrow(2, values[i], values[count + i])
                .narrow(3, values[2 * count + i], values[3 * count + i]);
            var resized = nn.functional.interpolate(crop, target, mode: InterpolationMode.Bilinear, align_corners: false, antialias: true);
            result.narrow(0, i, 1).copy_(values[4 * count + i] == 0 ? resized : resized.flip(3));
        }
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>The whole batch at once, by two matrices of filter weights for every image.</summary>
    internal static Tensor ResizeAll(Tensor images, Tensor boxes, int size)
    {
        using var scope = NewDisposeScope();
        long count = images.shape[0], channels = images.shape[1], height = images.shape[2], width = images.shape[3];
        var rows = FilterWeights(boxes[0], boxes[1], height, size); // (N, size, H)
        var columns = FilterWeights(boxes[2], boxes[3], width, size); // (N, size, W)
        columns = where(boxes[4].view(-1, 1, 1).eq(0), columns, columns.flip(1));
        var narrow = images.to(ScalarType.Float32).view(count, channels * height, width).bmm(columns.transpose(1, 2));
        var crops = rows.unsqueeze(1).matmul(narrow.view(count, channels, height, size));
        return crops.round_().clamp_(0, 255).to(ScalarType.Byte).MoveToOuterDisposeScope();
    }

    /// <summary>The weight of every source pixel in every target pixel along one side, (N, size, source).</summary>
    private static Tensor FilterWeights(Tensor start, Tensor length, long source, int size)
    {
        var device = start.device;
        start = start.view(-1, 1, 1);
        length = length.view(-1, 1, 1);
        var step = length.div(size);
        var centre = arange(size, ScalarType.Float32, device).add_(0.5).view(1, -1, 1).mul(step).add_(start).sub_(0.5);
        var pixel = arange(source, ScalarType.Float32, device).view(1, 1, -1);
        var weights = pixel.sub(centre).abs_().div_(step.clamp_min(1)).neg_().add_(1).clamp_min_(0);
        weights.mul_(pixel.ge(start).logical_and_(pixel.lt(start.add(length))).to(ScalarType.Float32));
        return weights.div_(weights.sum(2, keepdim: true));
    }
}
