using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Tells real images from completed ones.</summary>
internal static class InpaintingCritic
{
    /// <summary>Builds the critic: float (N, 3, S, S) in [-1, 1] to logits (N, 1).</summary>
    public static nn.Module<Tensor, Tensor> Create(int imageSize)
    {
        var (layers, features) = ConvolutionalCritic.BuildTrunk(imageSize);
        return nn.Sequential([.. layers, nn.Linear(features, 1)]);
    }
}
