using SelfSup.Distributed;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>A 3-D convolution without bias, batch normalization, max-pooling and ReLU.</summary>
internal sealed class VolumeUnit : nn.Module<Tensor, Tensor>
{
    private readonly long framesPooled;
    private readonly Conv3d conv;
    private readonly SyncBatchNorm bn;

    /// <summary>Creates the unit.</summary>
    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kernel">Side of the kernel, which spans three frames.</param>
    /// <param name="stride">Stride along the sides; along time it is 1.</param>
    /// <param name="framesPooled">How many frames become one.</param>
    public VolumeUnit(int inputs, int outputs, int kernel = 3, int stride = 1, int framesPooled = 2)
        : base(nameof(VolumeUnit))
    {
        this.framesPooled = framesPooled;
        conv = nn.Conv3d(inputs, outputs, (3, kernel, kernel), (1, stride, stride), (1, kernel / 2, kernel / 2), bias: false);
        bn = new SyncBatchNorm(outputs);
        RegisterComponents();
    }

    /// <summary>(N, inputs, T, H, W) to (N, outputs, T / frames pooled, H / stride / 2, W / stride / 2), rounded up.</summary>
    public override Tensor forward(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var map = bn.forward(conv.forward(inputs));
        // The largest of ReLUs is the ReLU of the largest, of which there are fewer.
        return nn.functional.max_pool3d(map, [framesPooled, 2, 2], ceil_mode: true).relu_().MoveToOuterDisposeScope();
    }
}
