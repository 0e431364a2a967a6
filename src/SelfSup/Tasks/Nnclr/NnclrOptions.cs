using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="NnclrTask"/>. Every default is usable.</summary>
public sealed record NnclrOptions
{
    /// <summary>Divides the cosines, above 0. The default is 0.2; the paper takes 0.1.</summary>
    public double Temperature { get; init; } = 0.2;

    /// <summary>
    /// Embeddings of earlier batches among which neighbors are looked for, at least 1. The default is 4096; the paper takes 98,304. No more
    /// than a quarter of the number of images is used, or 64 where that is more.
    /// </summary>
    public int QueueLength { get; init; } = 4096;

    /// <summary>Strength of the color changes, in [0, 2.5]. The default is 0.5, SimCLR's for CIFAR-10; 1 is for photos.</summary>
    public double ColorStrength { get; init; } = 0.5;

    /// <summary>Width of the embeddings that are compared, at least 1. The default is 128.</summary>
    public int Output { get; init; } = 128;

    internal void Validate()
    {
        this.Require(Temperature is > 0 and < double.PositiveInfinity, Temperature, "above 0");
        this.Require(QueueLength >= 1, QueueLength, "at least 1");
        this.Require(ColorStrength is >= 0 and <= 2.5, ColorStrength, "in [0, 2.5]");
        this.Require(Output >= 1, Output, "at least 1");
    }
}
