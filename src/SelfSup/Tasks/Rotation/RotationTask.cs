using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Turns every image by 0, 90, 180 and 270 degrees and asks by how much.</summary>
/// <remarks>
/// Gidaris, Singh and Komodakis, "Unsupervised Representation Learning by Predicting Image Rotations", 2018,
/// https://arxiv.org/abs/1803.07728. All four turns of an image stand in the same batch, and a turn is an exact permutation
/// of pixels: interpolation would leave traces that give the answer away.
/// </remarks>
public sealed class RotationTask() : ClassificationTask("rotation", classes: 4)
{
    /// <summary>Makes four inputs of every image, counter-clockwise by 0, 90, 180 and 270 degrees in this order.</summary>
    /// <param name="images">RGB images, uint8 (N, 3, S, S).</param>
    /// <param name="random">Not used: every turn is made.</param>
    /// <returns>Inputs uint8 (4N, 3, S, S) and labels (4N) in 0..3.</returns>
    /// <exception cref="ArgumentException">The images are not square.</exception>
    protected override LabeledBatch Generate(Tensor images, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var labels = arange(4, int64, images.device).repeat(images.shape[0]);
        return new LabeledBatch(MakeAllTurns(images).MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    protected override string Question => "By how many degrees is the image turned to the left?";

    /// <inheritdoc/>
    public override string LabelName(int label) => $"{90 * label}";

    /// <summary>Turns images (N, C, S, S) by 0, 90, 180 and 270 degrees: (4N, C, S, S), the turns of an image in a row.</summary>
    internal static Tensor MakeAllTurns(Tensor images)
    {
        if (images.shape[2] != images.shape[3])
            throw new ArgumentException($"Rotation needs square images, not {images.shape[3]} x {images.shape[2]} pixels.", nameof(images));
        using var scope = NewDisposeScope();
        long count = images.shape[0], channels = images.shape[1], side = images.shape[2];
        var turned = empty([count, 4, channels, side, side], images.dtype, images.device);
        turned.select(1, 0).copy_(images);
        turned.select(1, 1).copy_(images.transpose(2, 3).flip(2));
        turned.select(1, 2).copy_(images.flip(2, 3));
        turned.select(1, 3).copy_(images.flip(2).transpose(2, 3));
        return turned.view(-1, channels, side, side).MoveToOuterDisposeScope();
    }
}
