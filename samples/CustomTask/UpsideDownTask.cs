using static TorchSharp.torch;

namespace SelfSup.Samples;

/// <summary>Shows every image as it is and upside down, and asks which.</summary>
public sealed class UpsideDownTask() : ClassificationTask("upside-down", classes: 2)
{
    protected override LabeledBatch Generate(Tensor images, RandomSource random)
    {
        var inputs = cat([images, images.flip(2)]); // (2N, 3, S, S)
        var labels = arange(2, int64, images.device).repeat_interleave(images.shape[0]); // (2N)
        return new LabeledBatch(inputs, labels);
    }

    public override string LabelName(int label) => label == 1 ? "upside down" : "upright";
}
