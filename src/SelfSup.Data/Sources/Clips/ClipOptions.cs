namespace SelfSup.Data;

/// <summary>How clips are cut out of longer sequences of frames. Every default is usable.</summary>
public sealed class ClipOptions
{
    /// <summary>Frames of a clip, at least 2; 16 by default.</summary>
    public int Frames { get; init; } = 16;

    /// <summary>Every how many frames of the sequence one is taken, at least 1, the default.</summary>
    public int Stride { get; init; } = 1;

    /// <summary>Frames of the sequence from the first to the last of a clip.</summary>
    internal int Span => (Frames - 1) * Stride + 1;

    internal void Validate()
    {
        if (Frames < 2)
            throw new ArgumentException($"{nameof(ClipOptions)}.{nameof(Frames)} is {Frames}; it must be at least 2.");
        if (Stride < 1)
            throw new ArgumentException($"{nameof(ClipOptions)}.{nameof(Stride)} is {Stride}; it must be at least 1.");
        if ((long)(Frames - 1) * Stride >= int.MaxValue)
            throw new ArgumentException($"Clips of {Frames} frames with a stride of {Stride} are too long.");
    }
}
