using System.Globalization;
using SelfSup.Distributed;
using SelfSup.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>A residual network of 18, 34 or 50 layers without its classifier; keys and shapes are torchvision's.</summary>
/// <remarks>
/// He et al., "Deep Residual Learning for Image Recognition", 2016 (arXiv 1512.03385). The first layers are in
/// <see cref="Stem.Small"/> 3x3 with stride 1 and no max-pooling, in <see cref="Stem.Medium"/> 3x3 with stride 2 and max-pooling,
/// in <see cref="Stem.Large"/> the published 7x7 with stride 2 and max-pooling. The stages are layer1 to layer4.
/// </remarks>
public sealed class ResNet : Encoder, IOnnxEncoder
{
    /// <summary>The most blocks of a stage that a file may ask for.</summary>
    internal const int MostBlocks = 100;

    private const string BlocksSetting = "blocks";

    private static readonly int[] Widths = [64, 128, 256, 512];

    private readonly int depth;
    private readonly int[] blocks;
    private readonly Conv2d conv1;
    private readonly SyncBatchNorm bn1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;

    /// <summary>Creates a network with fresh weights.</summary>
    /// <param name="depth">Number of layers: 18, 34 or 50.</param>
    /// <param name="imageSize">Side in pixels of the square images, at least 16.</param>
    /// <param name="seed">Seed of the weights; the same seed gives the same bits.</param>
    /// <param name="normalization">Pixel statistics; null means <see cref="Normalization.ImageNet"/>.</param>
    /// <param name="stem">The form of the first layers; null means the one for the image size.</param>
    /// <param name="blocks">
    /// Blocks of each of the four stages, at least 1; null means those of the depth. Others than these keep the depth's kind of block, and
    /// its name: <c>resnet18</c> of 2, 2, 2 and 3 blocks says so in <see cref="Encoder.Settings"/>.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The depth is none of these, or the images are too small.</exception>
    /// <exception cref="ArgumentException">There are not four numbers of blocks from 1.</exception>
    public ResNet(
        int depth, int imageSize, int seed = 0, Normalization? normalization = null, Stem? stem = null, IReadOnlyList<int>? blocks = null)
        : base($"resnet{depth}", imageSize, normalization, stem)
    {
        this.depth = depth;
        this.blocks = blocks is null ? UsualBlocks(depth) : [.. blocks];
        if (this.blocks.Length != Widths.Length || this.blocks.Any(count => count < 1))
            throw new ArgumentException($"A ResNet has at least one block in each of {Widths.Length} stages, not [{string.Join(", ", this.blocks)}].", nameof(blocks));
        var (kernel, stride) = Stem switch { Stem.Small => (3, 1), Stem.Medium => (3, 2), _ => (7, 2) };
        conv1 = nn.Conv2d(3, Widths[0], kernel, stride, kernel / 2, bias: false);
        bn1 = new SyncBatchNorm(Widths[0]);
        var bottleneck = depth == 50;
        var expansion = bottleneck ? Bottleneck.Expansion : BasicBlock.Expansion;
        var inputs = Widths[0];
        layer1 = Layer(0);
        layer2 = Layer(1);
        layer3 = Layer(2);
        layer4 = Layer(3);
        Stages = [.. Widths.Select((width, i) => new EncoderStage($"layer{i + 1}", width * expansion))];
        RegisterComponents();
        Initialization.Apply(this, seed);

        Sequential Layer(int i)
        {
            var layer = nn.Sequential();
            for (var block = 0; block < this.blocks[i]; block++)
            {
                var step = block == 0 && i > 0 ? 2 : 1;
                layer.append(bottleneck ? new Bottleneck(inputs, Widths[i], step) : new BasicBlock(inputs, Widths[i], step));
                inputs = Widths[i] * expansion;
            }
            return layer;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<EncoderStage> Stages { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => blocks.SequenceEqual(UsualBlocks(depth))
        ? new Dictionary<string, string>()
        : new Dictionary<string, string> { [BlocksSetting] = string.Join(' ', blocks) };

    /// <inheritdoc/>
    public override Encoder CreateUntrained(int seed) => new ResNet(depth, ImageSize, seed, Normalization, Stem, blocks);

    /// <inheritdoc/>
    public override Encoder WithSettings(IReadOnlyDictionary<string, string> settings) =>
        settings.Keys.All(name => name == BlocksSetting)
            ? new ResNet(depth, ImageSize, 0, Normalization, Stem, settings.GetValueOrDefault(BlocksSetting) is { } text ? ParseBlocks(text) : null)
            : base.WithSettings(settings);

    /// <inheritdoc/>
    public override Tensor[] ForwardStages(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var first = layer1.forward(ForwardStem(inputs));
        var second = layer2.forward(first);
        var third = layer3.forward(second);
        var fourth = layer4.forward(third);
        return [.. new[] { first, second, third, fourth }.Select(map => map.MoveToOuterDisposeScope())];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ExportStages(OnnxGraph graph, string input)
    {
        var stem = graph.AddRelu(graph.AddLayer(bn1, graph.AddLayer(conv1, input)));
        if (Stem != Stem.Small)
            stem = graph.AddMaxPool(stem, 3, 2, 1);
        var first = graph.AddLayer(layer1, stem);
        var second = graph.AddLayer(layer2, first);
        var third = graph.AddLayer(layer3, second);
        return [first, second, third, graph.AddLayer(layer4, third)];
    }

    private static int[] UsualBlocks(int depth) => depth switch
    {
        18 => [2, 2, 2, 2],
        34 or 50 => [3, 4, 6, 3],
        _ => throw new ArgumentOutOfRangeException(nameof(depth), depth, "A ResNet has 18, 34 or 50 layers here."),
    };

    private static int[] ParseBlocks(string text) =>
        [.. text.Split(' ').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MostBlocks
            ? count
            : throw new ArgumentException($"The setting {BlocksSetting} of a ResNet is '{text}'; it must be four numbers such as 2 2 2 3."))];

    private Tensor ForwardStem(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var map = bn1.forward(conv1.forward(inputs)).relu_();
        if (Stem != Stem.Small)
            map = nn.functional.max_pool2d(map, 3, 2, 1);
        return map.MoveToOuterDisposeScope();
    }
}
