using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Samples;

/// <summary>Turns a random half of the images upside down and asks which.</summary>
public sealed class UpsideDownTask() : ClassificationTask("upside-down", classes: 2)
{
    public override PretextBatch Generate(Tensor images, Generator random)
    {
        using var scope = NewDisposeScope();
        var labels = randint(0, 2, [images.shape[0]], int64, images.device, generator: random);
        var inputs = where(labels.view(-1, 1, 1, 1).eq(1), images.flip(2), images);
        return new PretextBatch(inputs.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }

    public override string LabelName(int label) => label == 1 ? "upside down" : "upright";
}
