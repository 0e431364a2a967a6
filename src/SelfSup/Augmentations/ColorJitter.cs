using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>Changes brightness, contrast and saturation of every image by random factors.</summary>
public static class ColorJitter
{
    /// <summary>Jitters a batch.</summary>
    /// <param name="images">RGB images, uint8 (N, 3, H, W); borrowed.</param>
    /// <param name="strength">Factors are drawn from [1 - strength, 1 + strength]; in [0, 1].</param>
    /// <param name="random">Draws the factors, on the images' device.</param>
    /// <returns>The changed images, uint8 (N, 3, H, W), owned by the caller.</returns>
    public static Tensor Apply(Tensor images, double strength, Generator random)
    {
        using var scope = NewDisposeScope();
        var pixels = images.to(ScalarType.Float32).mul_(Draw()); // brightness
        var mean = pixels.mean([1, 2, 3], keepdim: true);
        pixels = pixels.sub_(mean).mul_(Draw()).add_(mean); // contrast
        var grey = pixels.mean([1], keepdim: true);
        pixels = pixels.sub_(grey).mul_(Draw()).add_(grey); // saturation
        return pixels.round_().clamp_(0, 255).to(ScalarType.Byte).MoveToOuterDisposeScope();

        Tensor Draw() =>
            rand([images.shape[0], 1, 1, 1], device: images.device, generator: random).mul_(2 * strength).add_(1 - strength);
    }
}
