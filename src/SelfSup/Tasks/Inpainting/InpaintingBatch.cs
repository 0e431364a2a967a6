using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Images with a hole.</summary>
/// <param name="inputs">Images whose hole holds the mean color, uint8 (N, 3, S, S).</param>
/// <param name="targets">The whole images, uint8 (N, 3, S, S).</param>
/// <param name="mask">The hole, bool (1, 1, S, S), the same in all images.</param>
/// <param name="weights">
/// How much each pixel's error counts, float (1, 1, S, S): 1 in the hole, 10 in the band around a central one, else 0.
/// </param>
public sealed class InpaintingBatch(Tensor inputs, Tensor targets, Tensor mask, Tensor weights) : PretextBatch(inputs, targets)
{
    /// <summary>The hole, bool (1, 1, S, S).</summary>
    public Tensor Mask { get; } = mask;

    /// <summary>How much each pixel's error counts, float (1, 1, S, S).</summary>
    public Tensor Weights { get; } = weights;

    /// <inheritdoc/>
    public override void Dispose()
    {
        Mask.Dispose();
        Weights.Dispose();
        base.Dispose();
    }
}
