namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="CountingTask"/>. The defaults carry every guard against shortcuts.</summary>
public sealed class CountingOptions
{
    /// <summary>Kinds of visual primitives that are counted, 1..10,000. The default is the paper's 1,000.</summary>
    public int Counts { get; init; } = 1000;

    /// <summary>
    /// Squared distance that the counts of another image must keep, above 0. The default is the paper's 10; without it, counting
    /// nothing would be right.
    /// </summary>
    public double Margin { get; init; } = 10;

    /// <summary>Share of images that turn gray, in [0, 1]. The default is 0.3.</summary>
    public double GrayShare { get; init; } = 0.3;
}
