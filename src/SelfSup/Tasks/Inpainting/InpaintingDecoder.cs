using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Paints an image from a feature map: a channel-wise full connection, then up-convolutions to the image's size.</summary>
internal static class InpaintingDecoder
{
    private const int BottleneckWidth = 256;
    private const int SmallestWidth = 16;

    /// <summary>Builds the decoder for an encoder's last stage; its output is (N, 3, S', S') in [-1, 1] with S' at least the image's size.</summary>
    public static nn.Module<Tensor, Tensor> Create(Encoder encoder)
    {
        var side = encoder.MeasureStages()[^1];
        var layers = new List<nn.Module<Tensor, Tensor>>
        {
            new ChannelwiseLinear(encoder.FeatureCount, side),
            nn.Conv2d(encoder.FeatureCount, BottleneckWidth, 1, bias: false),
            nn.BatchNorm2d(BottleneckWidth),
            nn.ReLU(),
        };
        var width = BottleneckWidth;
        for (; side < encoder.ImageSize; side *= 2)
        {
            var next = Math.Max(SmallestWidth, width / 2);
            layers.AddRange([nn.ConvTranspose2d(width, next, 4, 2, 1, bias: false), nn.BatchNorm2d(next), nn.ReLU()]);
            width = next;
        }
        layers.AddRange([nn.Conv2d(width, 3, 3, padding: 1), nn.Tanh()]);
        return nn.Sequential(layers);
    }
}
