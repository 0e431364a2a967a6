using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

/// <summary>An encoder as a user writes one, in no catalog unless a test registers it.</summary>
internal sealed class OwnEncoder : Encoder
{
    private readonly ConvNet body;

    public OwnEncoder(string architecture, int imageSize, int seed = 0, Normalization? normalization = null, Stem? stem = null)
        : base(architecture, imageSize, normalization, stem)
    {
        body = new ConvNet(imageSize, seed, normalization, stem);
        RegisterComponents();
    }

    /// <summary>What its twins are made with, where a test wants a mistake there.</summary>
    public Normalization? NormalizationOfTwins { get; init; }

    /// <summary>Whether it fails when it is used.</summary>
    public bool Fails { get; init; }

    public override IReadOnlyList<EncoderStage> Stages => body.Stages;

    public override Encoder CreateUntrained(int seed) =>
        new OwnEncoder(Architecture, ImageSize, seed, NormalizationOfTwins ?? Normalization, Stem);

    public override Tensor[] ForwardStages(Tensor inputs) =>
        Fails ? throw new InvalidOperationException("it is a test") : body.ForwardStages(inputs);
}
