using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Turns every clip by 0, 90, 180 and 270 degrees, all its frames alike, and asks by how much.</summary>
/// <remarks>
/// Jing et al., "Self-Supervised Spatiotemporal Feature Learning via Video Rotation Prediction", 2018,
/// https://arxiv.org/abs/1811.11387. As in <see cref="RotationTask"/> all turns stand in the same batch, and are exact.
/// </remarks>
public sealed class VideoRotationTask() : ClipTask("video-rotation", classes: 4, minimumFrames: 2)
{
    /// <inheritdoc/>
    protected override string Question => "By how many degrees is the clip turned to the left?";

    /// <inheritdoc/>
    public override string LabelName(int label) => $"{90 * label}";

    /// <summary>Makes four inputs of every clip, counter-clockwise by 0, 90, 180 and 270 degrees in this order.</summary>
    /// <param name="clips">Clips, uint8 (N, T, 3, S, S).</param>
    /// <param name="random">Not used: every turn is made.</param>
    /// <returns>Inputs uint8 (4N, T, 3, S, S) and labels (4N) in 0..3.</returns>
    /// <exception cref="ArgumentException">The frames are not square.</exception>
    protected override LabeledBatch GenerateOf(Tensor clips, RandomSource random)
    {
        using var scope = NewDisposeScope();
        // The planes of all frames turn as the channels of one image.
        var turned = RotationTask.MakeAllTurns(clips.flatten(1, 2)).view([-1, .. clips.shape[1..]]);
        var labels = arange(4, int64, clips.device).repeat(clips.shape[0]);
        return new LabeledBatch(turned.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }
}
