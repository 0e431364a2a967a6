using SelfSup.Runtime;

namespace SelfSup.Heads;

/// <summary>The form of a <see cref="ProjectionHead"/>. Every default is usable.</summary>
/// <remarks>
/// SimSiam projects with three layers and <see cref="Heads.OutputNorm.Plain"/>, and predicts with two and <see cref="LastBias"/>; BYOL
/// projects and predicts with two layers; MoCo v2 has no <see cref="HiddenNorm"/>.
/// </remarks>
public sealed record ProjectionOptions
{
    /// <summary>Width of the layers before the last, at least 1. The default is 512; published heads on ResNet-50 have 2048 to 8192.</summary>
    public int Hidden { get; init; } = 512;

    /// <summary>Width of the output, at least 1. The default is 128.</summary>
    public int Output { get; init; } = 128;

    /// <summary>Number of linear layers, at least 1. The default is 2.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>
    /// Whether batch normalization stands between a hidden layer and its ReLU, in place of the layer's bias. The default is true.
    /// </summary>
    public bool HiddenNorm { get; init; } = true;

    /// <summary>What stands after the last layer. The default is nothing.</summary>
    public OutputNorm OutputNorm { get; init; }

    /// <summary>Whether the last layer has a bias. The default is false.</summary>
    public bool LastBias { get; init; }

    internal void Validate()
    {
        this.Require(Hidden >= 1, Hidden, "at least 1");
        this.Require(Output >= 1, Output, "at least 1");
        this.Require(Layers >= 1, Layers, "at least 1");
        this.Require(Enum.IsDefined(OutputNorm), OutputNorm, $"one of {string.Join(", ", Enum.GetNames<OutputNorm>())}");
    }
}
