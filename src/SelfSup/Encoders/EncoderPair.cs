using SelfSup.Onnx;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>
/// Two encoders of one make side by side: the maps of the first one's stages, and beside them in the same place those of the second. What
/// either of them knows is there to be read.
/// </summary>
/// <remarks>Its architecture is called after both, such as <c>resnet18+resnet18</c>. It takes as long as both together.</remarks>
public sealed class EncoderPair : Encoder, IOnnxEncoder
{
    private const char Beside = '+';

    private readonly Encoder first;
    private readonly Encoder second;

    /// <summary>Puts two encoders side by side, whose weights go on to be theirs.</summary>
    /// <param name="first">One of them. Owned from here on, and so is the other.</param>
    /// <param name="second">The other, of the same architecture, image size, stem, normalization and settings.</param>
    /// <exception cref="ArgumentException">They are not alike, or the same object, or pairs themselves.</exception>
    public EncoderPair(Encoder first, Encoder second)
        : base($"{first.Architecture}{Beside}{second.Architecture}", first.ImageSize, first.Normalization, first.Stem)
    {
        if (ReferenceEquals(first, second) || IsPair(first) || !EncoderTwin.AreAlike(first, second))
        {
            throw new ArgumentException(
                "Side by side stand two encoders of one architecture, image size, stem, normalization and settings, neither of them a pair: "
                + $"not {first.Architecture} of {first.ImageSize} pixels and {second.Architecture} of {second.ImageSize}.", nameof(second));
        }
        (this.first, this.second) = (first, second);
        Stages = [.. first.Stages.Select((stage, i) => stage with { Channels = stage.Channels + second.Stages[i].Channels })];
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<EncoderStage> Stages { get; }

    /// <inheritdoc/>
    public override bool TakesClips => first.TakesClips;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => first.Settings;

    /// <inheritdoc/>
    public override Encoder CreateUntrained(int seed) => new EncoderPair(first.CreateUntrained(seed), second.CreateUntrained(seed + 1));

    /// <inheritdoc/>
    public override Encoder WithSettings(IReadOnlyDictionary<string, string> settings) =>
        new EncoderPair(first.WithSettings(settings), second.WithSettings(settings));

    /// <inheritdoc/>
    public override Tensor[] ForwardStages(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        return [.. first.ForwardStages(inputs).Zip(second.ForwardStages(inputs), (one, other) => cat([one, other], 1).MoveToOuterDisposeScope())];
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The encoders cannot be exported.</exception>
    public IReadOnlyList<string> ExportStages(OnnxGraph graph, string input)
    {
        if ((first, second) is not (IOnnxEncoder one, IOnnxEncoder other))
            throw new NotSupportedException($"The architecture '{first.Architecture}' cannot be exported: its class {first.GetType().Name} is no {nameof(IOnnxEncoder)}.");
        return [.. one.ExportStages(graph, input).Zip(
            other.ExportStages(graph, input), (left, right) => graph.AddNode("Concat", [left, right], new OnnxAttribute("axis", 1)))];
    }

    /// <summary>Whether an encoder is two side by side.</summary>
    internal static bool IsPair(Encoder encoder) => PartOf(encoder.Architecture) is not null;

    /// <summary>The architecture of both encoders of a pair of that name; null of any other name.</summary>
    internal static string? PartOf(string architecture) =>
        architecture.Length % 2 == 1 && architecture[..(architecture.Length / 2)] is var part && architecture == $"{part}{Beside}{part}" ? part : null;
}
