using SelfSup.Distributed;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The trunk of DCGAN's discriminator, halving the map until it is 4 pixels or less.</summary>
internal static class ConvolutionalCritic
{
    private const int FirstWidth = 32;
    private const int LargestWidth = 256;

    /// <summary>Builds the layers: float (N, 3, S, S) in [-1, 1] to flat features.</summary>
    /// <param name="imageSize">Side of the images in pixels, at least 8.</param>
    /// <returns>The layers and the number of features.</returns>
    public static (List<nn.Module<Tensor, Tensor>> Layers, int Features) BuildTrunk(int imageSize)
    {
        var layers = new List<nn.Module<Tensor, Tensor>> { nn.Conv2d(3, FirstWidth, 4, 2, 1), nn.LeakyReLU(0.2) };
        var (side, width) = (imageSize / 2, FirstWidth);
        for (; side > 4; side /= 2)
        {
            var next = Math.Min(LargestWidth, 2 * width);
            layers.AddRange([nn.Conv2d(width, next, 4, 2, 1, bias: false), new SyncBatchNorm(next), nn.LeakyReLU(0.2)]);
            width = next;
        }
        layers.Add(nn.Flatten());
        return (layers, width * side * side);
    }
}
