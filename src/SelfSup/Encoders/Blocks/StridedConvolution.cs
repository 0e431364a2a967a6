using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>Runs 3x3 convolutions with a stride, also on maps of a single pixel, such as small tiles end in.</summary>
internal static class StridedConvolution
{
    /// <summary>Applies a convolution whose padding is half its kernel.</summary>
    /// <remarks>
    /// A single pixel stays one at any stride. It goes without, for libtorch 2.10's gradient of the weight in bfloat16 on CPUs is at times
    /// not finite for a stride on such maps.
    /// </remarks>
    public static Tensor Forward(Conv2d convolution, Tensor map) => map.shape[2] == 1 && map.shape[3] == 1
        ? nn.functional.conv2d(map, convolution.weight!, padding: [convolution.kernel_size[0] / 2, convolution.kernel_size[1] / 2])
        : convolution.forward(map);
}
