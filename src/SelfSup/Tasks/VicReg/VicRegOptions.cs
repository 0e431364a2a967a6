using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="VicRegTask"/>. The defaults suit small images and batches; the paper's are named beside them.</summary>
public sealed record VicRegOptions
{
    /// <summary>Number of features that are compared, 2..16,384. The default is 512, the paper's 8,192.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Width of the projector's layers before the last, at least 1. The default is 512, the paper's 8,192.</summary>
    public int Hidden { get; init; } = 512;

    /// <summary>Number of the projector's layers, 1..10. The default is 2, the paper's 3.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Weight of the views' distance, at least 0. The default is the paper's 25.</summary>
    public double InvarianceWeight { get; init; } = 25;

    /// <summary>Weight of what the features' deviations lack of 1, at least 0. The default is the paper's 25; at 0 features collapse.</summary>
    public double VarianceWeight { get; init; } = 25;

    /// <summary>Weight of covariances between different features, at least 0. The default is the paper's 1.</summary>
    public double CovarianceWeight { get; init; } = 1;

    internal void Validate()
    {
        this.Require(Width is >= 2 and <= 16_384, Width, "in 2..16,384");
        this.Require(Hidden >= 1, Hidden, "at least 1");
        this.Require(Layers is >= 1 and <= 10, Layers, "in 1..10");
        this.Require(InvarianceWeight is >= 0 and < double.PositiveInfinity, InvarianceWeight, "at least 0");
        this.Require(VarianceWeight is >= 0 and < double.PositiveInfinity, VarianceWeight, "at least 0");
        this.Require(CovarianceWeight is >= 0 and < double.PositiveInfinity, CovarianceWeight, "at least 0");
    }
}
