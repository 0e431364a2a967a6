using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>A classification task on clips: it checks that what it is given are clips, long enough.</summary>
/// <param name="name">A short name in lower case, such as <c>video-rotation</c>.</param>
/// <param name="classes">Number of classes, at least 2.</param>
/// <param name="minimumFrames">Frames that a clip must have, at least 2.</param>
public abstract class ClipTask(string name, int classes, int minimumFrames) : ClassificationTask(name, classes)
{
    /// <inheritdoc/>
    protected override int MinimumFrames { get; } = minimumFrames >= 2
        ? minimumFrames
        : throw new ArgumentOutOfRangeException(nameof(minimumFrames), minimumFrames, "A clip has at least 2 frames.");

    /// <summary>True: the encoder is given clips; a task that shows it single frames says otherwise.</summary>
    protected override bool FeedsClips => true;

    /// <summary>Makes inputs and pseudo-labels: a pure function of the clips and the random source.</summary>
    /// <param name="images">Clips, uint8 (N, T, 3, S, S). Borrowed, not modified.</param>
    /// <param name="random">The only source of randomness, on the clips' device.</param>
    /// <returns>The batch to learn from, owned by the caller.</returns>
    /// <exception cref="ArgumentException">These are no clips, or they are too short.</exception>
    protected sealed override LabeledBatch Generate(Tensor images, RandomSource random)
    {
        RequireClips(Name, images, MinimumFrames);
        return GenerateOf(images, random);
    }

    /// <summary>Checks that what a task is given are clips, long enough for it.</summary>
    /// <param name="task">The task's name.</param>
    /// <param name="images">What it is given.</param>
    /// <param name="minimumFrames">Frames that a clip must have.</param>
    /// <exception cref="ArgumentException">These are no clips, or they are too short.</exception>
    internal static void RequireClips(string task, Tensor images, int minimumFrames)
    {
        if (images.dim() == 5 && images.shape[1] >= minimumFrames)
            return;
        throw new ArgumentException(
            $"The task '{task}' needs clips (N, T, 3, S, S) of at least {minimumFrames} frames, "
            + $"and was given ({string.Join(", ", images.shape)}).", nameof(images));
    }

    /// <summary>Makes inputs and pseudo-labels of clips that are long enough.</summary>
    /// <param name="clips">Clips, uint8 (N, T, 3, S, S), where T is at least <see cref="MinimumFrames"/>. Borrowed.</param>
    /// <param name="random">The only source of randomness, on the clips' device.</param>
    /// <returns>The batch to learn from, owned by the caller.</returns>
    protected abstract LabeledBatch GenerateOf(Tensor clips, RandomSource random);

    /// <summary>Takes frames out of every clip.</summary>
    /// <param name="clips">Clips (N, T, 3, S, S).</param>
    /// <param name="frames">The numbers of the frames, int64 (N, t).</param>
    /// <returns>Clips (N, t, 3, S, S), owned by the caller.</returns>
    protected static Tensor TakeFrames(Tensor clips, Tensor frames)
    {
        using var scope = NewDisposeScope();
        var first = arange(clips.shape[0], int64, clips.device).mul_(clips.shape[1]).view(-1, 1); // of every clip
        var taken = clips.flatten(0, 1).index_select(0, first.add(frames).flatten());
        return taken.view([.. frames.shape, .. clips.shape[2..]]).MoveToOuterDisposeScope();
    }
}
