using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Images with the bins that their colors and their lightness are in.</summary>
/// <param name="inputs">The images, uint8 (N, 3, S, S).</param>
/// <param name="colorBins">The nearest of <see cref="ColorBins"/>, int64 (N, h, w).</param>
/// <param name="lightnessBins">The lightness in 50 bins of width 2, int64 (N, h, w).</param>
public sealed class SplitBrainBatch(Tensor inputs, Tensor colorBins, Tensor lightnessBins) : PretextBatch(inputs, colorBins)
{
    /// <summary>The lightness in 50 bins of width 2, int64 (N, h, w).</summary>
    public Tensor LightnessBins { get; } = lightnessBins;

    /// <inheritdoc/>
    public override void Dispose()
    {
        LightnessBins.Dispose();
        base.Dispose();
    }
}
