using SelfSup.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>The convolutions of AlexNet; keys and shapes are torchvision's.</summary>
/// <remarks>
/// Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014 (arXiv 1404.5997), without its fully
/// connected layers. Each stage's map is taken after ReLU; that of conv5 after the last max-pooling too. The first convolution
/// is the published 11x11 with stride 4 in <see cref="Stem.Large"/>, 5x5 with stride 2 in <see cref="Stem.Medium"/>, and 3x3
/// with stride 1 in <see cref="Stem.Small"/>. A max-pooling that would leave a map under 3 pixels is left out.
/// </remarks>
public sealed class AlexNet : Encoder, IOnnxEncoder
{
    private const int SmallestMap = 3;

    // The published places of max-pooling: after conv1, conv2 and conv5.
    private static readonly bool[] PublishedPools = [true, true, false, false, true];

    private readonly Conv2d[] convolutions;
    private readonly bool[] pools;
    private readonly Sequential features;

    /// <summary>Creates a network with fresh weights.</summary>
    /// <param name="imageSize">Side in pixels of the square images, at least 16.</param>
    /// <param name="seed">Seed of the weights; the same seed gives the same bits.</param>
    /// <param name="normalization">Pixel statistics; null means <see cref="Normalization.ImageNet"/>.</param>
    /// <param name="stem">The form of the first layers; null means the one for the image size.</param>
    /// <exception cref="ArgumentOutOfRangeException">The images are too small.</exception>
    public AlexNet(int imageSize, int seed = 0, Normalization? normalization = null, Stem? stem = null)
        : base("alexnet", imageSize, normalization, stem)
    {
        var (kernel, stride, padding) = Stem switch { Stem.Small => (3, 1, 1), Stem.Medium => (5, 2, 2), _ => (11, 4, 2) };
        convolutions =
        [
            nn.Conv2d(3, 64, kernel, stride, padding),
            nn.Conv2d(64, 192, 5, 1, 2),
            nn.Conv2d(192, 384, 3, 1, 1),
            nn.Conv2d(384, 256, 3, 1, 1),
            nn.Conv2d(256, 256, 3, 1, 1),
        ];
        pools = ChoosePools((imageSize + 2 * padding - kernel) / stride + 1);
        // The gaps in the names are the places of ReLU and max-pooling in torchvision's list of layers.
        features = nn.Sequential(
            ("0", convolutions[0]), ("3", convolutions[1]), ("6", convolutions[2]), ("8", convolutions[3]), ("10", convolutions[4]));
        RegisterComponents();
        Initialization.Apply(this, seed);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<EncoderStage> Stages { get; } =
        [new("conv1", 64), new("conv2", 192), new("conv3", 384), new("conv4", 256), new("conv5", 256)];

    /// <inheritdoc/>
    public override Encoder CreateUntrained(int seed) => new AlexNet(ImageSize, seed, Normalization, Stem);

    /// <inheritdoc/>
    public override Tensor[] ForwardStages(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var maps = new Tensor[convolutions.Length];
        var last = convolutions.Length - 1;
        var input = inputs;
        for (var i = 0; i <= last; i++)
        {
            maps[i] = convolutions[i].forward(input).relu_();
            input = pools[i] ? nn.functional.max_pool2d(maps[i], 3, 2, ceil_mode: true) : maps[i]; // tiles may be small
        }
        maps[last] = input;
        return [.. maps.Select(map => map.MoveToOuterDisposeScope())];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ExportStages(OnnxGraph graph, string input)
    {
        var maps = new string[convolutions.Length];
        for (var i = 0; i < maps.Length; i++)
        {
            maps[i] = graph.AddRelu(graph.AddLayer(convolutions[i], input));
            input = pools[i] ? graph.AddMaxPool(maps[i], 3, 2, roundUp: true) : maps[i];
        }
        maps[^1] = input;
        return maps;
    }

    private static bool[] ChoosePools(int side)
    {
        var chosen = new bool[PublishedPools.Length];
        for (var i = 0; i < chosen.Length; i++)
        {
            var pooled = (side - 3) / 2 + 1;
            chosen[i] = PublishedPools[i] && pooled >= SmallestMap;
            side = chosen[i] ? pooled : side;
        }
        return chosen;
    }
}
