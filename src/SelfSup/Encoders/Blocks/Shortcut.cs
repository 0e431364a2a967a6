using SelfSup.Distributed;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>The way past a residual block: nothing, or a 1x1 convolution where the shape changes.</summary>
internal static class Shortcut
{
    public static Sequential? For(int inputs, int outputs, int stride) =>
        inputs == outputs && stride == 1
            ? null
            : nn.Sequential(("0", nn.Conv2d(inputs, outputs, 1, stride, bias: false)), ("1", new SyncBatchNorm(outputs)));
}
