using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>Cuts a random square out of every image and mirrors a random half of them, in one pass over the batch.</summary>
internal static class RandomCropFlip
{
    private static readonly DeviceConstants<(long Length, int Padding)> reflections = new(key => tensor(Enumerable
        .Range(-key.Padding, (int)key.Length + 2 * key.Padding)
        .Select(place => (long)Reflection.Inside(place, key.Length)).ToArray(), device: CPU));

    /// <summary>Crops and flips a batch.</summary>
    /// <param name="images">Images of any number of channels (N, C, S, S) of any type; borrowed.</param>
    /// <param name="size">Side of the crop in pixels.</param>
    /// <param name="padding">Pixels by which the image is first continued on every side by reflection, under S.</param>
    /// <param name="flip">Whether a random half of the images is mirrored.</param>
    /// <param name="random">Draws positions and flips, on the images' device.</param>
    /// <returns>The crops (N, C, size, size), owned by the caller.</returns>
    /// <exception cref="ArgumentException">The padded image is smaller than the crop.</exception>
    public static Tensor Apply(Tensor images, int size, int padding, bool flip, RandomSource random)
    {
        using var scope = NewDisposeScope();
        images = Pad(images.contiguous(), padding);
        long count = images.shape[0], channels = images.shape[1], height = images.shape[2], width = images.shape[3];
        if (height < size || width < size)
            throw new ArgumentException($"A crop of {size} pixels does not fit into {width} x {height} pixels, padding included.");
        var device = images.device;
        var image = arange(count, int64, device);
        if (flip)
        {
            images = cat([images, images.flip(3)]);
            image.add_(random.Chance(0.5, count), count);
        }
        var top = random.Integers(height - size + 1, count);
        var left = random.Integers(width - size + 1, count);

        // A view of every window there could be, of which those that were drawn are copied.
        long plane = height * width, windows = images.numel() - (channels - 1) * plane - (size - 1) * (width + 1);
        var start = image.mul_(channels * plane).add_(top, width).add_(left);
        return images.as_strided([windows, channels, size, size], [1, plane, width, 1]).index_select(0, start).MoveToOuterDisposeScope();
    }

    private static Tensor Pad(Tensor images, int padding)
    {
        if (padding == 0)
            return images;
        return images.index_select(2, reflections.On(images.device, (images.shape[2], padding)))
            .index_select(3, reflections.On(images.device, (images.shape[3], padding)));
    }
}
