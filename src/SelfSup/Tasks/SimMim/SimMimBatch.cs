using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Images with squares to hide.</summary>
/// <param name="images">Images, uint8 (N, 3, S, S). Owned by the batch.</param>
/// <param name="mask">Which patches are hidden, bool (N, rows, columns). Owned by the batch.</param>
public sealed class SimMimBatch(Tensor images, Tensor mask) : PretextBatch(images)
{
    /// <summary>Which patches are hidden, bool (N, rows, columns).</summary>
    public Tensor Mask { get; } = mask;

    /// <summary>How many squares are hidden: the share, rounded up.</summary>
    /// <param name="squares">Squares of an image, at least 1.</param>
    /// <param name="ratio">Share of them that is hidden, in (0, 1).</param>
    public static int CountHidden(int squares, double ratio) => (int)Math.Ceiling(squares * (decimal)ratio);

    /// <inheritdoc/>
    public override void Dispose()
    {
        Mask.Dispose();
        base.Dispose();
    }
}
