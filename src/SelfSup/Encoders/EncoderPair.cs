using System.Globalization;
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
    private const string WeightKey = "second_weight";

    private static readonly string[] networks = [$"{nameof(first)}.", $"{nameof(second)}."];
    private readonly Encoder first;
    private readonly Encoder second;
    private readonly double secondWeight;

    /// <summary>Puts two encoders side by side, whose weights go on to be theirs.</summary>
    /// <param name="first">One of them. Owned from here on, and so is the other.</param>
    /// <param name="second">The other, of the same architecture, image size, stem, normalization and settings.</param>
    /// <param name="secondWeight">
    /// What the second one's maps are multiplied by, above 0: what compares lengths and directions of features then sees more or less of them.
    /// </param>
    /// <exception cref="ArgumentException">They are not alike, or the same object, or pairs themselves.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="secondWeight"/> is out of range.</exception>
    public EncoderPair(Encoder first, Encoder second, double secondWeight = 1)
        : base($"{first.Architecture}{Beside}{second.Architecture}", first.ImageSize, first.Normalization, first.Stem)
    {
        if (ReferenceEquals(first, second) || IsPair(first) || !EncoderTwin.AreAlike(first, second))
        {
            throw new ArgumentException(
                "Side by side stand two encoders of one architecture, image size, stem, normalization and settings, neither of them a pair: "
                + $"not {first.Architecture} of {first.ImageSize} pixels and {second.Architecture} of {second.ImageSize}.", nameof(second));
        }
        if (!(secondWeight > 0 && double.IsFinite(secondWeight)))
            throw new ArgumentOutOfRangeException(nameof(secondWeight), secondWeight, "The weight of the second encoder is above 0.");
        (this.first, this.second, this.secondWeight) = (first, second, secondWeight);
        Stages = [.. first.Stages.Select((stage, i) => stage with { Channels = stage.Channels + second.Stages[i].Channels })];
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<EncoderStage> Stages { get; }

    /// <inheritdoc/>
    public override bool TakesClips => first.TakesClips;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => secondWeight == 1
        ? first.Settings
        : new Dictionary<string, string>(first.Settings) { [WeightKey] = secondWeight.ToString("R", CultureInfo.InvariantCulture) };

    /// <inheritdoc/>
    public override Encoder CreateUntrained(int seed) => new EncoderPair(first.CreateUntrained(seed), second.CreateUntrained(seed + 1), secondWeight);

    /// <inheritdoc/>
    public override Encoder WithSettings(IReadOnlyDictionary<string, string> settings)
    {
        var ofEach = new Dictionary<string, string>(settings);
        var weight = !ofEach.Remove(WeightKey, out var text) ? 1
            : double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number
            : throw new ArgumentException($"The setting {WeightKey} is '{text}', which is no number.", nameof(settings));
        return new EncoderPair(first.WithSettings(ofEach), second.WithSettings(ofEach), weight);
    }

    /// <inheritdoc/>
    public override Tensor[] ForwardStages(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        return [.. first.ForwardStages(inputs).Zip(
            second.ForwardStages(inputs), (one, other) => cat([one, secondWeight == 1 ? other : other * secondWeight], 1).MoveToOuterDisposeScope())];
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The encoders cannot be exported.</exception>
    public IReadOnlyList<string> ExportStages(OnnxGraph graph, string input)
    {
        var (one, other) = (IOnnxEncoder.Of(first), IOnnxEncoder.Of(second));
        using var scope = NewDisposeScope();
        var weight = secondWeight == 1 ? null : graph.AddConstant(tensor((float)secondWeight, device: CPU));
        return [.. one.ExportStages(graph, input).Zip(
            other.ExportStages(graph, input), (left, right) => graph.AddNode(
                "Concat", [left, weight is null ? right : graph.AddNode("Mul", [right, weight])], new OnnxAttribute("axis", 1)))];
    }

    /// <summary>Tells the parameters of a pair's networks apart by their names; all of another encoder are of one network.</summary>
    internal static string NetworkOf(string parameter) =>
        networks.FirstOrDefault(network => parameter.StartsWith(network, StringComparison.Ordinal) || parameter.Contains($".{network}", StringComparison.Ordinal)) ?? "";

    /// <summary>Whether an encoder is two side by side.</summary>
    internal static bool IsPair(Encoder encoder) => PartOf(encoder.Architecture) is not null;

    /// <summary>The architecture of both encoders of a pair of that name; null of any other name.</summary>
    internal static string? PartOf(string architecture) =>
        architecture.Length % 2 == 1 && architecture[..(architecture.Length / 2)] is var part && architecture == $"{part}{Beside}{part}" ? part : null;
}
