namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="ClipOrderTask"/>. The defaults fit clips of 16 frames.</summary>
public sealed class ClipOrderOptions
{
    /// <summary>Frames of each of the three parts, at least 2. The default is 3; the paper has 16.</summary>
    public int PartFrames { get; init; } = 3;

    /// <summary>
    /// Least frames left out between parts, at least 0; of longer clips, more are left out at random. The default is 2, the paper has 8:
    /// with none, the frames at the seams nearly match, and give the order away.
    /// </summary>
    public int Interval { get; init; } = 2;

    /// <summary>
    /// Whether an order and its reverse are told apart, as in the paper; six classes then, else three. The default is false, as in Lee et
    /// al., 2017, https://arxiv.org/abs/1708.01246: much of what moves could as well move backwards, and of few clips a network learns by
    /// heart what their frames do not tell.
    /// </summary>
    public bool TellDirection { get; init; }

    internal int Span => 3 * PartFrames + 2 * Interval;
}
