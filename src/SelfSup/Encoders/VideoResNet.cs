using SelfSup.Distributed;
using SelfSup.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>R3D-18, a residual network of 3-D convolutions on clips, without its classifier; keys and shapes are torchvision's.</summary>
/// <remarks>
/// Tran et al., "A Closer Look at Spatiotemporal Convolutions for Action Recognition", 2018 (arXiv 1711.11248). The stem halves the
/// sides alone and is the published one at every size; the stages layer2 to layer4 halve the sides and the frames.
/// </remarks>
public sealed class VideoResNet : Encoder
{
    private static readonly int[] Widths = [64, 128, 256, 512];

    private readonly Sequential stem;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;

    /// <summary>Creates a network with fresh weights.</summary>
    /// <param name="imageSize">Side in pixels of the square frames, at least 16; 112 is the published one.</param>
    /// <param name="seed">Seed of the weights; the same seed gives the same bits.</param>
    /// <param name="normalization">Pixel statistics; null means <see cref="Normalization.ImageNet"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The frames are too small.</exception>
    public VideoResNet(int imageSize, int seed = 0, Normalization? normalization = null)
        : base("r3d_18", imageSize, normalization)
    {
        stem = nn.Sequential(
            ("0", nn.Conv3d(3, Widths[0], (3, 7, 7), (1, 2, 2), (1, 3, 3), bias: false)), ("1", new SyncBatchNorm(Widths[0])));
        layer1 = Layer(0);
        layer2 = Layer(1);
        layer3 = Layer(2);
        layer4 = Layer(3);
        RegisterComponents();
        Initialization.Apply(this, seed);

        static Sequential Layer(int i) => nn.Sequential(
            ("0", new VideoBlock(Widths[Math.Max(0, i - 1)], Widths[i], i == 0 ? 1 : 2)), ("1", new VideoBlock(Widths[i], Widths[i], 1)));
    }

    /// <inheritdoc/>
    public override bool TakesClips => true;

    /// <inheritdoc/>
    public override IReadOnlyList<EncoderStage> Stages { get; } =
        [.. Widths.Select((width, i) => new EncoderStage($"layer{i + 1}", width))];

    /// <inheritdoc/>
    public override Encoder CreateUntrained(int seed) => new VideoResNet(ImageSize, seed, Normalization);

    /// <inheritdoc/>
    public override Tensor[] ForwardStages(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        using var precise = Autocast.SuspendOnCpu(inputs.device);
        var first = layer1.forward(stem.forward(inputs).relu_());
        var second = layer2.forward(first);
        var third = layer3.forward(second);
        var fourth = layer4.forward(third);
        return [.. new[] { first, second, third, fourth }.Select(map => map.MoveToOuterDisposeScope())];
    }
}
