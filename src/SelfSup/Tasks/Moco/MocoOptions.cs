using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Which form of momentum contrast.</summary>
public enum MocoVersion
{
    /// <summary>Queries look for their keys among those of earlier batches, kept in a queue: small batches do.</summary>
    V2,

    /// <summary>A predictor on the queries, and the keys of the batch alone: for batches of 128 images and more.</summary>
    V3,
}

/// <summary>Settings of <see cref="MocoTask"/>. Every default is usable.</summary>
public sealed record MocoOptions
{
    /// <summary>Which form. The default is version 2.</summary>
    public MocoVersion Version { get; init; }

    /// <summary>Divides the cosines, above 0. The default is 0.2.</summary>
    public double Temperature { get; init; } = 0.2;

    /// <summary>
    /// Keys of earlier batches that version 2 compares with, at least 1. The default is 4096, which is enough for CIFAR-10; the authors take
    /// 65,536 for ImageNet. No more than a quarter of the number of images is used, or 64 where that is more.
    /// </summary>
    public int QueueLength { get; init; } = 4096;

    /// <summary>
    /// Share of itself that the network of the keys keeps at each step, in [0, 1); version 3 leads it to 1 over the run. The default is
    /// 0.99, for runs of up to some ten thousand steps; the authors take 0.999 for ImageNet.
    /// </summary>
    public double Keep { get; init; } = 0.99;

    /// <summary>Width of the embeddings that are compared, at least 1. The default is 128.</summary>
    public int Output { get; init; } = 128;

    internal void Validate()
    {
        this.Require(Enum.IsDefined(Version), Version, $"one of {string.Join(", ", Enum.GetNames<MocoVersion>())}");
        this.Require(Temperature is > 0 and < double.PositiveInfinity, Temperature, "above 0");
        this.Require(QueueLength >= 1, QueueLength, "at least 1");
        this.Require(Keep is >= 0 and < 1, Keep, "in [0, 1)");
        this.Require(Output >= 1, Output, "at least 1");
    }
}
