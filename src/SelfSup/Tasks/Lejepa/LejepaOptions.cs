using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="LejepaTask"/>. The defaults are those of the authors' small example, with a smaller projector.</summary>
public sealed record LejepaOptions
{
    /// <summary>How many views of an image agree, 2..16. The default is 4; a step's time is in proportion to it.</summary>
    public int Views { get; init; } = 4;

    /// <summary>Number of features, 2..4,096. The default is 16.</summary>
    public int Width { get; init; } = 16;

    /// <summary>Width of the projector's layers before the last, at least 1. The default is 512, the authors' 2,048.</summary>
    public int Hidden { get; init; } = 512;

    /// <summary>Number of the projector's layers, 1..10. The default is 3.</summary>
    public int Layers { get; init; } = 3;

    /// <summary>Share of the distribution's term in the loss, above 0 and below 1; the rest is the views' agreement. The default is 0.02.</summary>
    public double DistributionShare { get; init; } = 0.02;

    /// <summary>Directions along which the distribution is looked at, drawn in every step, 1..65,536. The default is 256.</summary>
    public int Directions { get; init; } = 256;

    /// <summary>Strength of the color changes, in [0, 2.5]. The default is 0.5, SimCLR's for CIFAR-10; the authors take 1 at 128 pixels.</summary>
    public double ColorStrength { get; init; } = 0.5;

    internal void Validate()
    {
        this.Require(Views is >= 2 and <= 16, Views, "in 2..16");
        this.Require(Width is >= 2 and <= 4096, Width, "in 2..4,096");
        this.Require(Hidden >= 1, Hidden, "at least 1");
        this.Require(Layers is >= 1 and <= 10, Layers, "in 1..10");
        this.Require(DistributionShare is > 0 and < 1, DistributionShare, "above 0 and below 1");
        this.Require(ColorStrength is >= 0 and <= 2.5, ColorStrength, "in [0, 2.5]");
        this.Require(Directions is >= 1 and <= 65_536, Directions, "in 1..65,536");
    }
}
