using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Gray images with their colors, as numbers and spread over bins.</summary>
/// <param name="inputs">Lightness on three channels, float (N, 3, H, W) in [0, 1].</param>
/// <param name="targets">Colors at the output's resolution, float (N, 2, h, w).</param>
/// <param name="bins">The nearest bins of each color, int64 (N, K, h, w), nearest first.</param>
/// <param name="weights">Their weights, float (N, K, h, w), which sum to 1 over K.</param>
/// <param name="colored">Which images have any color, float (N): 1, or 0 for gray images, which teach nothing.</param>
public sealed class ColorizationBatch(Tensor inputs, Tensor targets, Tensor bins, Tensor weights, Tensor colored)
    : PretextBatch(inputs, targets)
{
    /// <summary>The nearest bins of each color, int64 (N, K, h, w), nearest first.</summary>
    public Tensor Bins { get; } = bins;

    /// <summary>The bins' weights, float (N, K, h, w), which sum to 1 over K.</summary>
    public Tensor Weights { get; } = weights;

    /// <summary>1 for images with some color, 0 for gray ones, float (N).</summary>
    public Tensor Colored { get; } = colored;

    /// <inheritdoc/>
    public override void Dispose()
    {
        Bins.Dispose();
        Weights.Dispose();
        Colored.Dispose();
        base.Dispose();
    }
}
