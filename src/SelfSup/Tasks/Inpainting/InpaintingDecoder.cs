using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Paints an image from feature maps: a channel-wise full connection, then up-convolutions to the image's size.</summary>
/// <remarks>
/// Where the last stage's map is smaller than 4 x 4, too coarse to say where in the image something is, the deepest stage that
/// is not joins it.
/// </remarks>
internal sealed class InpaintingDecoder : nn.Module<Tensor[], Tensor>
{
    private const int BottleneckWidth = 256;
    private const int SmallestWidth = 16;
    private const int SmallestSide = 4;

    private readonly int lateralStage;
    private readonly int side;
    private readonly Conv2d deepest;
    private readonly Conv2d? lateral;
    private readonly Sequential painter;

    /// <summary>Builds the decoder for an encoder's stages.</summary>
    public InpaintingDecoder(Encoder encoder)
        : base(nameof(InpaintingDecoder))
    {
        var sides = encoder.MeasureStages();
        lateralStage = Math.Max(0, Array.FindLastIndex(sides, s => s >= SmallestSide));
        side = sides[lateralStage];
        deepest = nn.Conv2d(encoder.FeatureCount, BottleneckWidth, 1);
        lateral = lateralStage == sides.Length - 1 ? null : nn.Conv2d(encoder.Stages[lateralStage].Channels, BottleneckWidth, 1, bias: false);
        painter = nn.Sequential(BuildPainter(encoder.ImageSize));
        RegisterComponents();
    }

    /// <summary>Paints images.</summary>
    /// <param name="maps">The maps of all the encoder's stages.</param>
    /// <returns>Images (N, 3, S', S') in [-1, 1] with S' at least the image's size, owned by the caller.</returns>
    public override Tensor forward(Tensor[] maps)
    {
        using var scope = NewDisposeScope();
        var map = deepest.forward(maps[^1]);
        if (lateral is not null)
        {
            map = nn.functional.interpolate(map, size: [side, side], mode: InterpolationMode.Bilinear, align_corners: false)
                .add(lateral.forward(maps[lateralStage])); // (N, 256, side, side)
        }
        return painter.forward(map).MoveToOuterDisposeScope();
    }

    private List<nn.Module<Tensor, Tensor>> BuildPainter(int imageSize)
    {
        List<nn.Module<Tensor, Tensor>> layers =
        [
            nn.BatchNorm2d(BottleneckWidth),
            nn.ReLU(),
            new ChannelwiseLinear(BottleneckWidth, side),
            nn.Conv2d(BottleneckWidth, BottleneckWidth, 1, bias: false),
            nn.BatchNorm2d(BottleneckWidth),
            nn.ReLU(),
        ];
        var width = BottleneckWidth;
        for (var reached = side; reached < imageSize; reached *= 2)
        {
            var next = Math.Max(SmallestWidth, width / 2);
            layers.AddRange([nn.ConvTranspose2d(width, next, 4, 2, 1, bias: false), nn.BatchNorm2d(next), nn.ReLU()]);
            width = next;
        }
        layers.AddRange([nn.Conv2d(width, 3, 3, padding: 1), nn.Tanh()]);
        return layers;
    }
}
