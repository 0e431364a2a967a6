using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>Cuts a random square out of every image and mirrors a random half of them, in one pass over the batch.</summary>
public static class RandomCropFlip
{
    /// <summary>Crops and flips a batch.</summary>
    /// <param name="images">RGB images (N, 3, S, S) of any type; borrowed.</param>
    /// <param name="size">Side of the crop in pixels.</param>
    /// <param name="padding">Pixels by which the image is first continued on every side by reflection, under S.</param>
    /// <param name="flip">Whether a random half of the images is mirrored.</param>
    /// <param name="random">Draws positions and flips, on the images' device.</param>
    /// <returns>The crops (N, 3, size, size), owned by the caller.</returns>
    /// <exception cref="ArgumentException">The padded image is smaller than the crop.</exception>
    public static Tensor Apply(Tensor images, int size, int padding, bool flip, Generator random)
    {
        long count = images.shape[0], height = images.shape[2], width = images.shape[3];
        if (height + 2 * padding < size || width + 2 * padding < size)
            throw new ArgumentException(
                $"A crop of {size} pixels does not fit into {width} x {height} pixels with a padding of {padding}.");
        using var scope = NewDisposeScope();
        var device = images.device;
        var steps = arange(size, int64, device).view(1, -1);
        var y = randint(-padding, height + padding - size + 1, [count, 1], int64, device, generator: random).add(steps); // (N, size)
        var x = randint(-padding, width + padding - size + 1, [count, 1], int64, device, generator: random);
        if (flip)
        {
            var mirrored = rand([count, 1], device: device, generator: random).lt(0.5);
            x = x.add(where(mirrored, steps.flip(1), steps)); // (N, size)
        }
        else
        {
            x = x.add(steps);
        }
        var index = Reflect(y, height).mul_(width).unsqueeze(2).add(Reflect(x, width).unsqueeze(1)).view(count, 1, -1); // (N, 1, size * size)
        return images.contiguous().view(count, 3, -1).gather(2, index.expand(count, 3, -1)).view(count, 3, size, size).MoveToOuterDisposeScope();
    }

    /// <summary>Maps positions outside 0..length-1 back inside, as a mirror at the border would.</summary>
    private static Tensor Reflect(Tensor positions, long length) =>
        positions.abs().sub(length - 1).abs().neg().add(length - 1);
}
