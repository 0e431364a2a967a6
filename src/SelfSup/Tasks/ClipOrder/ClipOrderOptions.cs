namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="ClipOrderTask"/>. The defaults fit clips of 16 frames.</summary>
public sealed class ClipOrderOptions
{
    /// <summary>Frames of each of the three parts, at least 2. The default is 4; the paper has 16.</summary>
    public int PartFrames { get; init; } = 4;

    /// <summary>
    /// Frames left out between parts, at least 0. The default is 2, the paper has 8: with none, the frames at the seams nearly match, and
    /// give the order away.
    /// </summary>
    public int Interval { get; init; } = 2;

    internal int Span => 3 * PartFrames + 2 * Interval;
}
