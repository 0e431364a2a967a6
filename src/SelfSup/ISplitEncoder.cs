using static TorchSharp.torch;

namespace SelfSup;

/// <summary>
/// An encoder of two halves that share no weight: one sees how bright an image is, the other its colors. Its stages are both halves' maps,
/// one behind the other.
/// </summary>
public interface ISplitEncoder
{
    /// <summary>Computes the maps of each half.</summary>
    /// <param name="inputs">Normalized images, float (N, 3, H, W).</param>
    /// <returns>For each half one map (N, C / 2, H', W') for every stage of C channels, owned by the caller.</returns>
    (Tensor[] OfLightness, Tensor[] OfColor) ForwardHalves(Tensor inputs);
}
