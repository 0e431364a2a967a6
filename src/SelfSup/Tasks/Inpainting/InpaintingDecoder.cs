using SelfSup.Distributed;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>
/// Paints an image from the deepest feature map: a channel-wise full connection, then up-convolutions to the image's size.
/// </summary>
/// <remarks>Nothing of the earlier stages reaches it, so what the encoder does not understand cannot be painted.</remarks>
internal sealed class InpaintingDecoder : nn.Module<Tensor, Tensor>
{
    private const int BottleneckWidth = 256;
    private const int SmallestWidth = 16;

    private readonly Sequential painter;

    /// <summary>Builds the decoder for an encoder.</summary>
    public InpaintingDecoder(Encoder encoder)
        : base(nameof(InpaintingDecoder))
    {
        painter = nn.Sequential(BuildPainter(encoder.FeatureCount, encoder.MeasureStages()[^1], encoder.ImageSize));
        RegisterComponents();
    }

    /// <summary>Paints images.</summary>
    /// <param name="map">The map of the encoder's last stage.</param>
    /// <returns>Images (N, 3, S', S') in [-1, 1] with S' at least the image's size, owned by the caller.</returns>
    public override Tensor forward(Tensor map) => painter.forward(map);

    private static List<nn.Module<Tensor, Tensor>> BuildPainter(int channels, int side, int imageSize)
    {
        List<nn.Module<Tensor, Tensor>> layers =
        [
            nn.Conv2d(channels, BottleneckWidth, 1, bias: false),
            new SyncBatchNorm(BottleneckWidth),
            nn.ReLU(),
            new ChannelwiseLinear(BottleneckWidth, side),
            nn.Conv2d(BottleneckWidth, BottleneckWidth, 1, bias: false),
            new SyncBatchNorm(BottleneckWidth),
            nn.ReLU(),
        ];
        var width = BottleneckWidth;
        for (var reached = side; reached < imageSize; reached *= 2)
        {
            var next = Math.Max(SmallestWidth, width / 2);
            layers.AddRange([nn.ConvTranspose2d(width, next, 4, 2, 1, bias: false), new SyncBatchNorm(next), nn.ReLU()]);
            width = next;
        }
        layers.AddRange([nn.Conv2d(width, 3, 3, padding: 1), nn.Tanh()]);
        return layers;
    }
}
