using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Runtime;

/// <summary>The memory format in which convolutions are fastest, on CPUs and on GPUs alike.</summary>
public static class ChannelsLast
{
    /// <summary>Lays a batch out channels-last in memory; shape and values stay.</summary>
    /// <param name="images">A batch (N, C, H, W), or (N, C, T, H, W).</param>
    /// <returns>The same batch, strided channels-last, owned by the caller.</returns>
    public static Tensor Of(Tensor images)
    {
        using var scope = NewDisposeScope();
        return images.movedim([1], [images.dim() - 1]).contiguous().movedim([images.dim() - 1], [1]).MoveToOuterDisposeScope();
    }

    /// <summary>Lays a network's convolution weights out channels-last in place, so that no step has to rearrange them.</summary>
    /// <remarks>
    /// Those of 3-D convolutions stay: on CPUs a step of R3D-18 would take up to twice as long. So do those on devices that lay memory
    /// out as they see fit.
    /// </remarks>
    internal static void LayOutWeightsOf(nn.Module network)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var weight in network.parameters().Where(parameter => parameter.dim() == 4 && HasFormats(parameter.device.type)))
            weight.set_(Of(weight));
    }

    private static bool HasFormats(DeviceType device) => device is DeviceType.CPU or DeviceType.CUDA;
}
