using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>Cuts a square that is almost the whole image out of every image and mirrors a random half.</summary>
internal static class ShiftedCrop
{
    /// <summary>Crops and flips a batch.</summary>
    /// <param name="images">Images of any number of channels, uint8 (N, C, S, S); borrowed.</param>
    /// <param name="size">Side of the result in pixels.</param>
    /// <param name="margin">Pixels to shift within; at 0 images of another side are resized to the size.</param>
    /// <param name="flip">Whether a random half of the images is mirrored.</param>
    /// <param name="random">Draws shifts and flips, on the images' device.</param>
    /// <returns>The crops (N, C, size, size) in gray levels, uint8 or, where images are resized, float32; owned by the caller.</returns>
    public static Tensor Apply(Tensor images, int size, int margin, bool flip, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var side = images.shape[2];
        if (side > size + margin || (side < size && margin == 0))
            images = Resize(images, size + margin);
        var crops = margin == 0 && !flip ? images.clone() : RandomCropFlip.Apply(images, size, side > size ? 0 : margin, flip, random);
        return crops.MoveToOuterDisposeScope();
    }

    private static Tensor Resize(Tensor images, int side)
    {
        // Only on CPUs does libtorch resize uint8, and several times faster than floats.
        images = images.device.type == DeviceType.CPU ? images : images.to(ScalarType.Float32);
        return nn.functional.interpolate(images, [side, side], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true);
    }
}
