using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Tells real images from completed ones: DCGAN's discriminator, halving the map until it is 4 pixels or less.</summary>
internal static class InpaintingCritic
{
    private const int FirstWidth = 32;
    private const int LargestWidth = 256;

    /// <summary>Builds the critic: float (N, 3, S, S) in [-1, 1] to logits (N, 1).</summary>
    public static nn.Module<Tensor, Tensor> Create(int imageSize)
    {
        var layers = new List<nn.Module<Tensor, Tensor>> { nn.Conv2d(3, FirstWidth, 4, 2, 1), nn.LeakyReLU(0.2) };
        var (side, width) = (imageSize / 2, FirstWidth);
        for (; side > 4; side /= 2)
        {
            var next = Math.Min(LargestWidth, 2 * width);
            layers.AddRange([nn.Conv2d(width, next, 4, 2, 1, bias: false), nn.BatchNorm2d(next), nn.LeakyReLU(0.2)]);
            width = next;
        }
        layers.AddRange([nn.Flatten(), nn.Linear(width * side * side, 1)]);
        return nn.Sequential(layers);
    }
}
