using static TorchSharp.torch;

namespace SelfSup;

/// <summary>The memory format in which convolutions are fastest, on CPUs and on GPUs alike.</summary>
public static class ChannelsLast
{
    /// <summary>Lays a batch out channels-last in memory; shape and values stay.</summary>
    /// <param name="images">A batch (N, C, H, W).</param>
    /// <returns>The same batch, strided channels-last, owned by the caller.</returns>
    public static Tensor Of(Tensor images)
    {
        using var scope = NewDisposeScope();
        return images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Lays a network's convolution weights out channels-last in place, so that no step has to rearrange them.</summary>
    internal static void LayOutWeightsOf(nn.Module network)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var weight in network.parameters().Where(parameter => parameter.dim() == 4))
            weight.set_(Of(weight));
    }
}
