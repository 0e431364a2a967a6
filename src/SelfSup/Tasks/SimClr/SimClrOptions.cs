using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="SimClrTask"/>. Every default is usable.</summary>
public sealed record SimClrOptions
{
    /// <summary>
    /// Divides the cosines, above 0: a low temperature makes the loss look at the most similar images. The default is 0.2, for tens of
    /// epochs; the authors take 0.5 for a thousand epochs of CIFAR-10, and 0.1 for ImageNet.
    /// </summary>
    public double Temperature { get; init; } = 0.2;

    /// <summary>Strength of the color changes, in [0, 2.5]. The default is 0.5, the authors' for CIFAR-10; they take 1 for photos.</summary>
    public double ColorStrength { get; init; } = 0.5;

    /// <summary>Width of the embeddings that are compared, at least 1. The default is 128.</summary>
    public int Output { get; init; } = 128;

    internal void Validate()
    {
        this.Require(Temperature is > 0 and < double.PositiveInfinity, Temperature, "above 0");
        this.Require(ColorStrength is >= 0 and <= 2.5, ColorStrength, "in [0, 2.5]");
        this.Require(Output >= 1, Output, "at least 1");
    }
}
