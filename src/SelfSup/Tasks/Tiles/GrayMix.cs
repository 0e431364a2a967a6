using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Turns a random share of images gray, so that colors alone answer no question.</summary>
internal static class GrayMix
{
    /// <summary>Replaces the channels of random images by their mean.</summary>
    /// <param name="images">RGB images, uint8 (N, 3, H, W); borrowed.</param>
    /// <param name="share">Probability that an image turns gray, in [0, 1].</param>
    /// <param name="random">Draws the images.</param>
    /// <returns>RGB images, uint8 (N, 3, H, W).</returns>
    public static Tensor Apply(Tensor images, double share, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var gray = images.to(ScalarType.Float32).mean([1], keepdim: true).round_().to(images.dtype); // (N, 1, H, W)
        var chosen = random.Chance(share, [images.shape[0], 1, 1, 1]);
        return where(chosen, gray, images).MoveToOuterDisposeScope();
    }
}
