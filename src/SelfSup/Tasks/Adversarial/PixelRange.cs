using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Pixels between the ranges of images, of generators, whose last layer is a hyperbolic tangent, and of previews.</summary>
internal static class PixelRange
{
    /// <summary>uint8 images to float32 in [-1, 1], owned by the caller.</summary>
    public static Tensor ToSigned(Tensor images) => images.to(ScalarType.Float32).mul_(2 / 255f).sub_(1);

    /// <summary>Images in [-1, 1] to [0, 1], owned by the caller.</summary>
    public static Tensor ToUnit(Tensor images)
    {
        using var shifted = images.add(1);
        return shifted.div(2);
    }
}
