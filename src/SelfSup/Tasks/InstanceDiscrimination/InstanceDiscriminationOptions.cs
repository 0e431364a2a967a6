using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>How images are varied by <see cref="InstanceDiscriminationTask"/>.</summary>
public enum InstanceVariation
{
    /// <summary>As the authors of NPID do: crops of a fifth to all of the image, changed colors, some gray.</summary>
    Npid,

    /// <summary>
    /// After Exemplar-CNN: crops of half to all of the image, whose brightness, contrast and saturation change by more; hues turn a little.
    /// </summary>
    Exemplar,
}

/// <summary>Settings of <see cref="InstanceDiscriminationTask"/>. Every default is usable.</summary>
public sealed record InstanceDiscriminationOptions
{
    /// <summary>Divides the cosines, above 0. The default is 0.1, the authors' for CIFAR-10; they take 0.07 for ImageNet.</summary>
    public double Temperature { get; init; } = 0.1;

    /// <summary>Other images that one is compared with at each step, at least 1; where there are fewer, all. The default is the paper's 4096.</summary>
    public int Negatives { get; init; } = 4096;

    /// <summary>Share of itself that an image's row of the memory keeps when the image comes by, in [0, 1). The default is the paper's 0.5.</summary>
    public double Keep { get; init; } = 0.5;

    /// <summary>Width of the features in the memory, at least 1. The default is the paper's 128.</summary>
    public int Output { get; init; } = 128;

    /// <summary>How images are varied. The default is NPID's.</summary>
    public InstanceVariation Variation { get; init; }

    internal void Validate()
    {
        this.Require(Temperature is > 0 and < double.PositiveInfinity, Temperature, "above 0");
        this.Require(Negatives >= 1, Negatives, "at least 1");
        this.Require(Keep is >= 0 and < 1, Keep, "in [0, 1)");
        this.Require(Output >= 1, Output, "at least 1");
        this.Require(Enum.IsDefined(Variation), Variation, $"one of {string.Join(", ", Enum.GetNames<InstanceVariation>())}");
    }
}
