using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="BarlowTwinsTask"/>. The defaults suit small images and batches; the paper's are named beside them.</summary>
public sealed record BarlowTwinsOptions
{
    /// <summary>Number of features whose correlations count, 2..16,384. The default is 512; the paper's 8,192 pay with large batches.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Width of the projector's layers before the last, at least 1. The default is 512, the paper's 8,192.</summary>
    public int Hidden { get; init; } = 512;

    /// <summary>Number of the projector's layers, 1..10. The default is 2, the paper's 3.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Weight of correlations between different features, at least 0. The default is 0.005; the paper has 0.0051.</summary>
    public double OffDiagonalWeight { get; init; } = 0.005;

    /// <summary>
    /// Factor on the loss, above 0. The default is 0.1: the loss is a sum over features, and plain SGD at usual learning rates wants it
    /// smaller. The paper has 1, and rates that suit it.
    /// </summary>
    public double Scale { get; init; } = 0.1;

    internal void Validate()
    {
        this.Require(Width is >= 2 and <= 16_384, Width, "in 2..16,384");
        this.Require(Hidden >= 1, Hidden, "at least 1");
        this.Require(Layers is >= 1 and <= 10, Layers, "in 1..10");
        this.Require(OffDiagonalWeight is >= 0 and < double.PositiveInfinity, OffDiagonalWeight, "at least 0");
        this.Require(Scale is > 0 and < double.PositiveInfinity, Scale, "above 0");
    }
}
