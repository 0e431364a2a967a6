using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Usage.Tests.Methods;

/// <summary>An encoder of two halves that do not touch: one sees the brightness of an image, the other its colors.</summary>
internal sealed class SplitEncoder : Encoder
{
    public const string Name = "split";
    private const int Width = 64;
    private readonly nn.Module<Tensor, Tensor> gray;
    private readonly nn.Module<Tensor, Tensor> color;

    public SplitEncoder(int imageSize, int seed = 0, Normalization? normalization = null, Stem? stem = null)
        : base(Name, imageSize, normalization, stem)
    {
        (gray, color) = (NewTower(1), NewTower(2));
        RegisterComponents();
        Initialization.Apply(this, seed);
    }

    public override IReadOnlyList<EncoderStage> Stages { get; } = [new("halves", 2 * Width)];

    public override Encoder CreateUntrained(int seed) => new SplitEncoder(ImageSize, seed, Normalization, Stem);

    public override Tensor[] ForwardStages(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var (ofGray, ofColor) = ForwardHalves(inputs);
        return [cat([ofGray, ofColor], 1).MoveToOuterDisposeScope()];
    }

    /// <summary>The maps (N, 64, H / 8, W / 8) of both halves, owned by the caller.</summary>
    public (Tensor Gray, Tensor Color) ForwardHalves(Tensor inputs)
    {
        using var brightness = Brightness(inputs);
        using var colors = Colors(inputs);
        return (gray.forward(brightness), color.forward(colors));
    }

    /// <summary>(N, 1, H, W).</summary>
    public static Tensor Brightness(Tensor inputs) => inputs.mean([1], keepdim: true);

    /// <summary>Red against green, and blue against both: (N, 2, H, W), no matter how bright.</summary>
    public static Tensor Colors(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var (red, green, blue) = (inputs.narrow(1, 0, 1), inputs.narrow(1, 1, 1), inputs.narrow(1, 2, 1));
        return cat([red.sub(green), blue.sub(red.add(green).div(2))], 1).MoveToOuterDisposeScope();
    }

    private static nn.Module<Tensor, Tensor> NewTower(int channels)
    {
        int[] widths = [channels, 16, 32, Width];
        return nn.Sequential(Enumerable.Range(0, 3).Select(i => ($"stage{i + 1}", (nn.Module<Tensor, Tensor>)nn.Sequential(
            ("conv", nn.Conv2d(widths[i], widths[i + 1], 3, padding: 1, bias: false)),
            ("bn", nn.BatchNorm2d(widths[i + 1])),
            ("relu", nn.ReLU()),
            ("pool", nn.MaxPool2d(2))))));
    }
}
