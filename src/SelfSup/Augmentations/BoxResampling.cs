using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>Resizes a box of every image to a square, bilinearly, with the filter widened where it makes smaller.</summary>
internal static class BoxResampling
{
    // Up to this side, matrices for the whole batch take less time on CPUs than a call for every image.
    private const int LargestSideAtOnce = 48;

    /// <summary>Resizes boxes.</summary>
    /// <param name="images">Uint8 (N, C, H, W); borrowed.</param>
    /// <param name="boxes">Top, height, left, width (in pixels) and mirrored (0 or 1) of every image, float32 (5, N); borrowed.</param>
    /// <param name="size">Side of the squares in pixels.</param>
    /// <returns>(N, C, size, size) in gray levels, uint8 or float32 as comes cheaper, owned by the caller.</returns>
    public static Tensor Apply(Tensor images, Tensor boxes, int size) =>
        images.device.type == DeviceType.CPU && Math.Max(images.shape[2], size) > LargestSideAtOnce
            ? OneByOne(images, boxes, size)
            : AllAtOnce(images, boxes, size);

    /// <summary>One image after the other: uint8, in which libtorch resizes several times faster than matrices do large images.</summary>
    public static Tensor OneByOne(Tensor images, Tensor boxes, int size)
    {
        using var scope = NewDisposeScope();
        var result = empty([images.shape[0], images.shape[1], size, size], ScalarType.Byte, device: CPU);
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

    /// <summary>The whole batch at once, by two matrices of filter weights for every image: float32.</summary>
    public static Tensor AllAtOnce(Tensor images, Tensor boxes, int size)
    {
        using var scope = NewDisposeScope();
        long count = images.shape[0], channels = images.shape[1], height = images.shape[2], width = images.shape[3];
        var place = arange(size, ScalarType.Float32, images.device).add_(0.5).view(1, -1);
        var rows = FilterWeights(boxes[0], boxes[1], place, height); // (N, size, H)
        var mirrored = boxes[4].view(-1, 1).eq(1);
        var columns = FilterWeights(boxes[2], boxes[3], where(mirrored, place.neg().add_(size), place), width); // (N, size, W)
        var narrow = images.to(ScalarType.Float32).view(count, channels * height, width).bmm(columns.transpose(1, 2));
        return rows.unsqueeze(1).matmul(narrow.view(count, channels, height, size)).MoveToOuterDisposeScope();
    }

    /// <summary>The weight of every source pixel in every target pixel along one side, (N, size, source).</summary>
    /// <param name="start">First source pixel of every box, (N).</param>
    /// <param name="length">Source pixels of every box, (N).</param>
    /// <param name="place">Centers of the target pixels in target pixels from the box's start, (1 or N, size).</param>
    /// <param name="source">Source pixels there are.</param>
    private static Tensor FilterWeights(Tensor start, Tensor length, Tensor place, long source)
    {
        start = start.view(-1, 1, 1);
        length = length.view(-1, 1, 1);
        var step = length.div(place.shape[1]);
        var reach = step.clamp_min(1);
        var pixel = arange(source, ScalarType.Float32, start.device).view(1, 1, -1);
        var isInside = pixel.ge(start).mul(pixel.lt(start.add(length)));
        // A triangle: it rises to 1 at the center and falls behind it.
        var center = place.unsqueeze(2).mul(step).add_(start).sub_(0.5).div_(reach);
        pixel = pixel.div(reach);
        var weights = pixel.sub(center.sub(1)).minimum(center.add(1).sub(pixel)).clamp_min_(0).mul_(isInside);
        return weights.div_(weights.sum(2, keepdim: true));
    }
}
