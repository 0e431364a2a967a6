using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Shows three frames of every clip and asks whether they are in the order of time, forwards or backwards.</summary>
/// <remarks>
/// Misra, Zitnick and Hebert, "Shuffle and Learn: Unsupervised Learning Using Temporal Order Verification", 2016,
/// https://arxiv.org/abs/1603.08561. Of five frames a to e in a row, b c d are in order, and b a d or b e d are not. Unlike there, both
/// stand in the batch for every clip: the outer frames are the same, and the one between them decides. The encoder sees single frames.
/// <para>
/// Deviations: the frames lie one in each fifth of the clip, so their distance follows from its length. The authors take frames up to 60
/// apart, shuffle in frames at least 15 away, and prefer moments of much motion by optical flow; here half of the triples are in order,
/// there a quarter. In short clips the shuffled frame can be next to the place where it belongs, which makes the question harder. The head
/// compares frames two by two (<see cref="OrderModel"/>), where theirs joins the features of all three.
/// </para>
/// </remarks>
public sealed class FrameOrderTask() : ClipTask("frame-order", classes: 2, minimumFrames: 5)
{
    private const int Parts = 3;

    /// <summary>False: the encoder sees one frame at a time.</summary>
    protected override bool FeedsClips => false;

    /// <inheritdoc/>
    protected override string Question => "Are the three frames in order?";

    /// <inheritdoc/>
    public override string LabelName(int label) => label == 0 ? "shuffled" : "ordered";

    /// <inheritdoc/>
    public override PretextModel CreateModel(PretextSetup setup) => new OrderModel(Name, setup.Encoder, Parts, Classes);

    /// <summary>Makes two triples of frames of every clip, one shuffled and one ordered.</summary>
    /// <param name="clips">Clips, uint8 (N, T, 3, S, S), T at least 5.</param>
    /// <param name="random">Draws one frame in each fifth of the clip, which of the outer ones is put between, and the direction.</param>
    /// <returns>Inputs uint8 (6N, 3, S, S), frame after frame of a triple, and labels (2N), 0 for shuffled and 1 for ordered.</returns>
    protected override LabeledBatch GenerateOf(Tensor clips, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var device = clips.device;
        long count = clips.shape[0], length = clips.shape[1];
        var frames = Enumerable.Range(0, 5)
            .Select(fifth => random.Integers((fifth + 1) * length / 5 - fifth * length / 5, count).add_(fifth * length / 5))
            .ToArray();
        var outside = where(random.Chance(0.5, count), frames[0], frames[4]);
        var between = stack([outside, frames[2]], dim: 1); // (N, 2)
        var backwards = random.Chance(0.5, count, 2);
        var (from, to) = (frames[1].unsqueeze(1), frames[3].unsqueeze(1));
        var triples = stack([where(backwards, to, from), between, where(backwards, from, to)], dim: 2); // (N, 2, 3)
        var inputs = TakeFrames(clips, triples.flatten(1)).flatten(0, 1);
        return new LabeledBatch(inputs.MoveToOuterDisposeScope(), arange(2, int64, device).repeat(count).MoveToOuterDisposeScope());
    }
}
