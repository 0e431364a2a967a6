using SelfSup.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>RotNet's Network-in-Network for CIFAR: four blocks of one spatial and two 1x1 convolutions.</summary>
/// <remarks>
/// Lin et al., "Network In Network", 2014 (arXiv 1312.4400), in the form of Gidaris et al., "Unsupervised Representation
/// Learning by Predicting Image Rotations", 2018 (arXiv 1803.07728). On images of 32 pixels the stages are 96 x 16 x 16 and
/// three times 192 x 8 x 8; RotNet reports its probes on conv2. We add a stride of 2 to the first convolution in
/// <see cref="Stem.Medium"/> and of 4 in <see cref="Stem.Large"/>.
/// </remarks>
public sealed class NetworkInNetwork : Encoder, IOnnxEncoder
{
    private readonly Sequential conv1;
    private readonly Sequential conv2;
    private readonly Sequential conv3;
    private readonly Sequential conv4;

    /// <summary>Creates a network with fresh weights.</summary>
    /// <param name="imageSize">Side in pixels of the square images, at least 16.</param>
    /// <param name="seed">Seed of the weights; the same seed gives the same bits.</param>
    /// <param name="normalization">Pixel statistics; null means <see cref="Normalization.ImageNet"/>.</param>
    /// <param name="stem">The form of the first layers; null means the one for the image size.</param>
    /// <exception cref="ArgumentOutOfRangeException">The images are too small.</exception>
    public NetworkInNetwork(int imageSize, int seed = 0, Normalization? normalization = null, Stem? stem = null)
        : base("nin", imageSize, normalization, stem)
    {
        var stride = Stem switch { Stem.Small => 1, Stem.Medium => 2, _ => 4 };
        conv1 = nn.Sequential(new ConvolutionUnit(3, 192, 5, stride), new ConvolutionUnit(192, 160, 1), new ConvolutionUnit(160, 96, 1));
        conv2 = Block(96, 5);
        conv3 = Block(192, 3);
        conv4 = Block(192, 3);
        RegisterComponents();
        Initialization.Apply(this, seed);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<EncoderStage> Stages { get; } =
        [new("conv1", 96), new("conv2", 192), new("conv3", 192), new("conv4", 192)];

    /// <inheritdoc/>
    public override Encoder CreateUntrained(int seed) => new NetworkInNetwork(ImageSize, seed, Normalization, Stem);

    /// <inheritdoc/>
    public override Tensor[] ForwardStages(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var first = nn.functional.max_pool2d(conv1.forward(inputs), 3, 2, 1);
        var second = nn.functional.avg_pool2d(conv2.forward(first), 3, 2, 1);
        var third = conv3.forward(second);
        var fourth = conv4.forward(third);
        return [.. new[] { first, second, third, fourth }.Select(map => map.MoveToOuterDisposeScope())];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ExportStages(OnnxGraph graph, string input)
    {
        var first = graph.AddMaxPool(graph.AddLayer(conv1, input), 3, 2, 1);
        var second = graph.AddAveragePool(graph.AddLayer(conv2, first), 3, 2, 1);
        var third = graph.AddLayer(conv3, second);
        return [first, second, third, graph.AddLayer(conv4, third)];
    }

    private static Sequential Block(int inputs, int kernel) =>
        nn.Sequential(new ConvolutionUnit(inputs, 192, kernel), new ConvolutionUnit(192, 192, 1), new ConvolutionUnit(192, 192, 1));
}
