using SelfSup.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>
/// <see cref="ConvNet"/> cut into two halves of half the width, for split-brain autoencoders: one sees brightness alone, the other
/// differences of colors.
/// </summary>
/// <remarks>
/// Zhang, Isola and Efros, "Split-Brain Autoencoders", 2017, https://arxiv.org/abs/1611.09842. The encoder takes RGB as all do, and makes
/// brightness (0.299 R + 0.587 G + 0.114 B) and differences (R - G, and B against the mean of both) of it. We deviate in these planes,
/// where the authors have Lab: they are sums, so that a model in any format has them. Its stages have 32, 64, 128 and 256 channels, those
/// of brightness first.
/// </remarks>
public sealed class SplitConvNet : Encoder, ISplitEncoder, IOnnxEncoder
{
    private static readonly int[] Widths = [16, 32, 64, 128];

    // Shares of red, green and blue in a plane, and what is added to center it.
    private static readonly (double[] Shares, double Offset)[] BrightnessPlanes = [([0.299, 0.587, 0.114], -0.5)];
    private static readonly (double[] Shares, double Offset)[] ColorPlanes = [([1, -1, 0], 0), ([-0.5, -0.5, 1], 0)];

    private readonly ModuleList<ConvolutionUnit> lightness;
    private readonly ModuleList<ConvolutionUnit> color;

    /// <summary>Creates a network with fresh weights.</summary>
    /// <param name="imageSize">Side in pixels of the square images, at least 16.</param>
    /// <param name="seed">Seed of the weights; the same seed gives the same bits.</param>
    /// <param name="normalization">Pixel statistics; null means <see cref="Normalization.ImageNet"/>.</param>
    /// <param name="stem">The form of the first layers; null means the one for the image size.</param>
    /// <exception cref="ArgumentOutOfRangeException">The images are too small.</exception>
    public SplitConvNet(int imageSize, int seed = 0, Normalization? normalization = null, Stem? stem = null)
        : base("split-convnet", imageSize, normalization, stem)
    {
        (lightness, color) = (NewHalf(BrightnessPlanes.Length), NewHalf(ColorPlanes.Length));
        RegisterComponents();
        Initialization.Apply(this, seed);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<EncoderStage> Stages { get; } = [.. Widths.Index().Select(pair => new EncoderStage($"stage{pair.Index + 1}", 2 * pair.Item))];

    /// <inheritdoc/>
    public override Encoder CreateUntrained(int seed) => new SplitConvNet(ImageSize, seed, Normalization, Stem);

    /// <inheritdoc/>
    public override Tensor[] ForwardStages(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var (ofLightness, ofColor) = ForwardHalves(inputs);
        return [.. ofLightness.Zip(ofColor, (one, other) => cat([one, other], 1).MoveToOuterDisposeScope())];
    }

    /// <inheritdoc/>
    public (Tensor[] OfLightness, Tensor[] OfColor) ForwardHalves(Tensor inputs) =>
        (Forward(lightness, inputs, BrightnessPlanes), Forward(color, inputs, ColorPlanes));

    /// <inheritdoc/>
    public IReadOnlyList<string> ExportStages(OnnxGraph graph, string input)
    {
        var halves = Export(graph, input, lightness, BrightnessPlanes).Zip(Export(graph, input, color, ColorPlanes));
        return [.. halves.Select(maps => graph.AddNode("Concat", [maps.First, maps.Second], new OnnxAttribute("axis", 1)))];
    }

    private ModuleList<ConvolutionUnit> NewHalf(int planes)
    {
        var (kernel, stride) = Stem switch { Stem.Small => (3, 1), Stem.Medium => (3, 2), _ => (7, 4) };
        return new ModuleList<ConvolutionUnit>(
            [.. Widths.Select((width, i) => i == 0 ? new ConvolutionUnit(planes, width, kernel, stride) : new ConvolutionUnit(Widths[i - 1], width))]);
    }

    private Tensor[] Forward(ModuleList<ConvolutionUnit> half, Tensor inputs, (double[] Shares, double Offset)[] planes)
    {
        using var scope = NewDisposeScope();
        var maps = new List<Tensor> { stack([.. planes.Select(Mix)], dim: 3).movedim([3], [1]) }; // channels-last, as encoders keep it
        foreach (var unit in half)
            maps.Add(unit.ForwardPooled(maps[^1]));
        return [.. maps.Skip(1).Select(map => map.MoveToOuterDisposeScope())];

        Tensor Mix((double[] Shares, double Offset) plane)
        {
            var (weights, offset) = OfNormalized(plane);
            return inputs.select(1, 0).mul(weights[0]).add(inputs.select(1, 1), weights[1]).add(inputs.select(1, 2), weights[2]).add(offset);
        }
    }

    private List<string> Export(OnnxGraph graph, string input, ModuleList<ConvolutionUnit> half, (double[] Shares, double Offset)[] planes)
    {
        var mixed = planes.Select(OfNormalized).ToArray();
        using var weights = tensor(mixed.SelectMany(plane => plane.Weights.Select(weight => (float)weight)).ToArray(), [planes.Length, 3, 1, 1], device: CPU);
        using var offsets = tensor(mixed.Select(plane => (float)plane.Offset).ToArray(), device: CPU);
        var map = graph.AddNode("Conv", [input, graph.AddConstant(weights), graph.AddConstant(offsets)]);
        return [.. half.Select(unit => map = unit.ExportPooled(graph, map))];
    }

    /// <summary>A plane of pixels in [0, 1] as one of normalized pixels.</summary>
    private (double[] Weights, double Offset) OfNormalized((double[] Shares, double Offset) plane) => (
        [.. plane.Shares.Zip(Normalization.Deviation, (share, deviation) => share * deviation)],
        plane.Offset + plane.Shares.Zip(Normalization.Mean, (share, mean) => share * mean).Sum());
}
