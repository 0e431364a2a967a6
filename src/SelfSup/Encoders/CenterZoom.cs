using SelfSup.Onnx;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>
/// An encoder that sees every image twice, the whole and its middle: the mean of both maps of every stage. Few labels gain most by it, for twice
/// the time.
/// </summary>
/// <remarks>
/// The middle has half of the image's area, is enlarged to the image's size, and mirrored, so that neither scale nor side is seen alone. Networks
/// that learned from random crops met objects larger than whole images show them (Touvron et al., "Fixing the train-test resolution
/// discrepancy", 2019, https://arxiv.org/abs/1906.06423). Its architecture is called after the encoder, such as <c>zoom(resnet18)</c>.
/// A place in a map is one of both views, so pooled features are what it is for.
/// </remarks>
public sealed class CenterZoom : Encoder, IOnnxEncoder
{
    private const string Prefix = "zoom(";
    private const char Suffix = ')';
    private static readonly double zoom = Math.Sqrt(2);

    private readonly Encoder encoder;

    /// <summary>Lets an encoder see the middle of every image too.</summary>
    /// <param name="encoder">The encoder, of images. Owned from here on.</param>
    /// <exception cref="ArgumentException">The encoder takes clips, or sees middles already.</exception>
    public CenterZoom(Encoder encoder)
        : base($"{Prefix}{encoder.Architecture}{Suffix}", encoder.ImageSize, encoder.Normalization, encoder.Stem)
    {
        if (!Fits(encoder))
            throw new ArgumentException($"The middle is for encoders of images that see the whole alone, and not for '{encoder.Architecture}'.", nameof(encoder));
        this.encoder = encoder;
        RegisterComponents();
    }

    /// <summary>Whether an encoder can be given: one of images, that does not see middles already.</summary>
    /// <param name="encoder">The encoder. Borrowed.</param>
    /// <returns>Whether it can.</returns>
    public static bool Fits(Encoder encoder) => !encoder.TakesClips && PartOf(encoder.Architecture) is null;

    /// <inheritdoc/>
    public override IReadOnlyList<EncoderStage> Stages => encoder.Stages;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => encoder.Settings;

    /// <inheritdoc/>
    public override Encoder CreateUntrained(int seed) => new CenterZoom(encoder.CreateUntrained(seed));

    /// <inheritdoc/>
    public override Encoder WithSettings(IReadOnlyDictionary<string, string> settings) => new CenterZoom(encoder.WithSettings(settings));

    /// <inheritdoc/>
    public override Tensor[] ForwardStages(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var rows = EnlargingMatrix(inputs.shape[2], inputs.device).to(inputs.dtype);
        var columns = EnlargingMatrix(inputs.shape[3], inputs.device).to(inputs.dtype).flip(0).t();
        var middle = rows.matmul(inputs).matmul(columns);
        return [.. encoder.ForwardStages(inputs).Zip(encoder.ForwardStages(middle), (one, other) => ((one + other) / 2).MoveToOuterDisposeScope())];
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The encoder cannot be exported.</exception>
    public IReadOnlyList<string> ExportStages(OnnxGraph graph, string input)
    {
        var inner = IOnnxEncoder.Of(encoder);
        using var scope = NewDisposeScope();
        var rows = EnlargingMatrix(ImageSize, CPU);
        var middle = graph.AddNode("MatMul", [graph.AddNode("MatMul", [graph.AddConstant(rows), input]), graph.AddConstant(rows.flip(0).t())]);
        var half = graph.AddConstant(tensor(0.5f, device: CPU));
        return [.. inner.ExportStages(graph, input).Zip(
            inner.ExportStages(graph, middle), (one, other) => graph.AddNode("Mul", [graph.AddSum(one, other), half]))];
    }

    /// <summary>The architecture of the encoder within one of this name; null of any other name.</summary>
    internal static string? PartOf(string architecture) =>
        architecture.StartsWith(Prefix, StringComparison.Ordinal) && architecture[^1] == Suffix ? architecture[Prefix.Length..^1] : null;

    /// <summary>What makes pixels of a line those of its middle, enlarged to the whole: (S, S), linear between two pixels.</summary>
    private static Tensor EnlargingMatrix(long side, Device device)
    {
        using var scope = NewDisposeScope();
        var places = arange(side, float32, device) - (side - 1) / 2.0; // from the line's center
        return (1 - (places.unsqueeze(1) / zoom - places).abs()).clamp(min: 0).MoveToOuterDisposeScope();
    }
}
