using SelfSup.Distributed;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>Two 3x3x3 convolutions with a shortcut, the block of R3D-18.</summary>
internal sealed class VideoBlock : nn.Module<Tensor, Tensor>
{
    private readonly Sequential conv1;
    private readonly Sequential conv2;
    private readonly Sequential? downsample;

    public VideoBlock(int inputs, int outputs, int stride)
        : base(nameof(VideoBlock))
    {
        // Convolution and normalization are named by their places, as in torchvision.
        conv1 = Pair(inputs, outputs, 3, stride);
        conv2 = Pair(outputs, outputs, 3, 1);
        downsample = inputs == outputs && stride == 1 ? null : Pair(inputs, outputs, 1, stride);
        RegisterComponents();
    }

    public override Tensor forward(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var map = conv1.forward(inputs).relu_();
        return conv2.forward(map).add_(downsample?.forward(inputs) ?? inputs).relu_().MoveToOuterDisposeScope();
    }

    private static Sequential Pair(int inputs, int outputs, int kernel, int stride) => nn.Sequential(
        ("0", nn.Conv3d(inputs, outputs, kernel, stride, kernel / 2, bias: false)), ("1", new SyncBatchNorm(outputs)));
}
