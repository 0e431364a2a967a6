using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Plays every clip at its own speed and at twice of it, in as many frames, and asks which is which.</summary>
/// <remarks>
/// Benaim et al., "SpeedNet: Learning the Speediness in Videos", 2020, https://arxiv.org/abs/2004.06130: both speeds of a clip stand in
/// the same batch, so that what it shows gives nothing away. Beyond that paper, clips are played backwards, upside down and with
/// rows for columns at random, both speeds alike: what moves stays as fast, and few clips are not soon known by heart.
/// <para>
/// Deviations: the two rates are exactly 1 and 2, not drawn from ranges around them, and frames are not resized to a random size. Both
/// keep traces of compression and interlacing from telling the speed: on compressed video, an encoder may read it from them.
/// </para>
/// </remarks>
public sealed class SpeedinessTask() : ClipTask("speediness", classes: 2, minimumFrames: 8)
{
    private const int Speed = 2;

    /// <inheritdoc/>
    protected override string Question => "Is the clip at its own speed, or at twice of it?";

    /// <inheritdoc/>
    public override string LabelName(int label) => label == 0 ? "normal" : "fast";

    /// <summary>Makes two inputs of every clip: frames in a row from a random one on, and every second frame of the clip.</summary>
    /// <param name="clips">Clips, uint8 (N, T, 3, S, S), T at least 8.</param>
    /// <param name="random">Draws where the inputs begin, all of them inside the clip, and how they are turned.</param>
    /// <returns>Inputs uint8 (2N, T / 2, 3, S, S), normal and fast in turn, and labels (2N), 0 for normal and 1 for fast.</returns>
    protected override LabeledBatch GenerateOf(Tensor clips, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var device = clips.device;
        long count = clips.shape[0], frames = clips.shape[1], length = frames / Speed;
        var steps = arange(length, int64, device).view(1, -1);
        var normal = random.Integers(frames - length + 1, count, 1).add(steps);
        var fast = random.Integers(frames - length * Speed + 1, count, 1).add(steps.mul(Speed));
        var shown = TakeFrames(clips, cat([normal, fast], dim: 1)).view([count, 2, length, .. clips.shape[2..]]);
        shown = ForHalf(shown.flip(2), shown); // backwards
        shown = ForHalf(shown.flip(4), shown); // upside down
        shown = ForHalf(shown.transpose(4, 5), shown); // rows for columns
        var inputs = shown.flatten(0, 1);
        var labels = arange(2, int64, device).repeat(count);
        return new LabeledBatch(inputs.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());

        // Of every clip one or the other, with equal chances.
        Tensor ForHalf(Tensor changed, Tensor unchanged) =>
            where(random.Chance(0.5, count, 1, 1, 1, 1, 1), changed, unchanged);
    }
}
