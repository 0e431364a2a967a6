using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>
/// A small plain network on clips for quick runs: four times a 3x3x3 convolution, batch normalization, max-pooling and ReLU.
/// </summary>
/// <remarks>
/// Its stages have 16, 32, 64 and 128 channels, taken after pooling, which halves the sides, and after the first stage the frames too.
/// Along the sides the first convolution has stride 2 in <see cref="Stem.Medium"/>, and is 7x7 with stride 4 in
/// <see cref="Stem.Large"/>.
/// </remarks>
public sealed class VideoConvNet : Encoder
{
    private readonly VolumeUnit stage1;
    private readonly VolumeUnit stage2;
    private readonly VolumeUnit stage3;
    private readonly VolumeUnit stage4;

    /// <summary>Creates a network with fresh weights.</summary>
    /// <param name="imageSize">Side in pixels of the square frames, at least 16.</param>
    /// <param name="seed">Seed of the weights; the same seed gives the same bits.</param>
    /// <param name="normalization">Pixel statistics; null means <see cref="Normalization.ImageNet"/>.</param>
    /// <param name="stem">The form of the first layers; null means the one for the image size.</param>
    /// <exception cref="ArgumentOutOfRangeException">The frames are too small.</exception>
    public VideoConvNet(int imageSize, int seed = 0, Normalization? normalization = null, Stem? stem = null)
        : base("convnet3d", imageSize, normalization, stem)
    {
        var (kernel, stride) = Stem switch { Stem.Small => (3, 1), Stem.Medium => (3, 2), _ => (7, 4) };
        stage1 = new VolumeUnit(3, 16, kernel, stride, framesPooled: 1);
        stage2 = new VolumeUnit(16, 32);
        stage3 = new VolumeUnit(32, 64);
        stage4 = new VolumeUnit(64, 128);
        RegisterComponents();
        Initialization.Apply(this, seed);
    }

    /// <inheritdoc/>
    public override bool TakesClips => true;

    /// <inheritdoc/>
    public override IReadOnlyList<EncoderStage> Stages { get; } =
        [new("stage1", 16), new("stage2", 32), new("stage3", 64), new("stage4", 128)];

    /// <inheritdoc/>
    public override Encoder CreateUntrained(int seed) => new VideoConvNet(ImageSize, seed, Normalization, Stem);

    /// <inheritdoc/>
    public override Tensor[] ForwardStages(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        using var precise = Autocast.SuspendOnCpu(inputs.device);
        var first = stage1.forward(inputs);
        var second = stage2.forward(first);
        var third = stage3.forward(second);
        var fourth = stage4.forward(third);
        return [.. new[] { first, second, third, fourth }.Select(map => map.MoveToOuterDisposeScope())];
    }
}
