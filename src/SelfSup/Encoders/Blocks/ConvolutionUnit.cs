using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>A convolution without bias, batch normalisation and ReLU.</summary>
internal sealed class ConvolutionUnit : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv;
    private readonly BatchNorm2d bn;

    /// <summary>Creates the unit; an odd kernel with stride 1 keeps the map's size.</summary>
    public ConvolutionUnit(int inputs, int outputs, int kernel = 3, int stride = 1)
        : base(nameof(ConvolutionUnit))
    {
        conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel / 2, bias: false);
        bn = nn.BatchNorm2d(outputs);
        RegisterComponents();
    }

    /// <summary>(N, inputs, H, W) to (N, outputs, H / stride, W / stride).</summary>
    public override Tensor forward(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        // In place is safe: the normalisation's gradient needs its input, not its output.
        return bn.forward(conv.forward(inputs)).relu_().MoveToOuterDisposeScope();
    }
}
