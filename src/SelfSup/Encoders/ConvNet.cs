using SelfSup.Onnx;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>A small plain network for quick runs: four times a 3x3 convolution, batch normalization, ReLU and 2x2 max-pooling.</summary>
/// <remarks>
/// Its stages have 32, 64, 128 and 256 channels, taken after pooling. The first convolution has stride 2 in
/// <see cref="Stem.Medium"/>, and is 7x7 with stride 4 in <see cref="Stem.Large"/>.
/// </remarks>
public sealed class ConvNet : Encoder, IOnnxEncoder
{
    private readonly ConvolutionUnit stage1;
    private readonly ConvolutionUnit stage2;
    private readonly ConvolutionUnit stage3;
    private readonly ConvolutionUnit stage4;

    /// <summary>Creates a network with fresh weights.</summary>
    /// <param name="imageSize">Side in pixels of the square images, at least 16.</param>
    /// <param name="seed">Seed of the weights; the same seed gives the same bits.</param>
    /// <param name="normalization">Pixel statistics; null means <see cref="Normalization.ImageNet"/>.</param>
    /// <param name="stem">The form of the first layers; null means the one for the image size.</param>
    /// <exception cref="ArgumentOutOfRangeException">The images are too small.</exception>
    public ConvNet(int imageSize, int seed = 0, Normalization? normalization = null, Stem? stem = null)
        : base("convnet", imageSize, normalization, stem)
    {
        var (kernel, stride) = Stem switch { Stem.Small => (3, 1), Stem.Medium => (3, 2), _ => (7, 4) };
        stage1 = new ConvolutionUnit(3, 32, kernel, stride);
        stage2 = new ConvolutionUnit(32, 64);
        stage3 = new ConvolutionUnit(64, 128);
        stage4 = new ConvolutionUnit(128, 256);
        RegisterComponents();
        Initialization.Apply(this, seed);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<EncoderStage> Stages { get; } =
        [new("stage1", 32), new("stage2", 64), new("stage3", 128), new("stage4", 256)];

    /// <inheritdoc/>
    public override Encoder CreateUntrained(int seed) => new ConvNet(ImageSize, seed, Normalization, Stem);

    /// <inheritdoc/>
    public override Tensor[] ForwardStages(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var first = stage1.ForwardPooled(inputs);
        var second = stage2.ForwardPooled(first);
        var third = stage3.ForwardPooled(second);
        var fourth = stage4.ForwardPooled(third); // sides round up: a tile of 12 pixels still has a map here
        return [.. new[] { first, second, third, fourth }.Select(map => map.MoveToOuterDisposeScope())];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ExportStages(OnnxGraph graph, string input)
    {
        var first = stage1.ExportPooled(graph, input);
        var second = stage2.ExportPooled(graph, first);
        var third = stage3.ExportPooled(graph, second);
        return [first, second, third, stage4.ExportPooled(graph, third)];
    }
}
