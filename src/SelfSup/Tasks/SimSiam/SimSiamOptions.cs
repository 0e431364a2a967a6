using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="SimSiamTask"/>. The defaults suit small images; the paper's for ImageNet are named beside them.</summary>
public sealed record SimSiamOptions
{
    /// <summary>Number of features that are compared, 2..16,384. The default is 512, the paper's 2,048.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Width of the projector's layers before the last, at least 1. The default is 512, the paper's 2,048.</summary>
    public int Hidden { get; init; } = 512;

    /// <summary>Number of the projector's layers, 1..10. The default is 2, the paper's for CIFAR-10; 3 for ImageNet.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Width of the predictor's hidden layer, at least 1. The default is 128, a quarter of <see cref="Width"/> as in the paper.</summary>
    public int Bottleneck { get; init; } = 128;

    internal void Validate()
    {
        this.Require(Width is >= 2 and <= 16_384, Width, "in 2..16,384");
        this.Require(Hidden >= 1, Hidden, "at least 1");
        this.Require(Layers is >= 1 and <= 10, Layers, "in 1..10");
        this.Require(Bottleneck >= 1, Bottleneck, "at least 1");
    }
}
