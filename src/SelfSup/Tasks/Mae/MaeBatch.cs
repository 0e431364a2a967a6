using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Images with the patches that the encoder may look at.</summary>
/// <param name="images">Images, uint8 (N, 3, S, S). Owned by the batch.</param>
/// <param name="kept">The numbers of the patches to look at, int64 (N, K). Owned by the batch.</param>
/// <param name="places">Where every patch stands behind those kept and then those hidden, int64 (N, L). Owned by the batch.</param>
/// <param name="mask">Which patches are hidden, bool (N, L). Owned by the batch.</param>
public sealed class MaeBatch(Tensor images, Tensor kept, Tensor places, Tensor mask) : PretextBatch(images)
{
    /// <summary>The numbers of the patches to look at, int64 (N, K).</summary>
    public Tensor Kept { get; } = kept;

    /// <summary>Where every patch stands behind those kept and then those hidden, int64 (N, L).</summary>
    public Tensor Places { get; } = places;

    /// <summary>Which patches are hidden, bool (N, L).</summary>
    public Tensor Mask { get; } = mask;

    /// <summary>Hides the patches of the highest noise.</summary>
    /// <param name="images">Images, uint8 (N, 3, S, S). Owned by the batch from now on.</param>
    /// <param name="noise">A number for every patch, (N, L), no two of an image the same. Borrowed.</param>
    /// <param name="ratio">Share of the patches that is hidden, in (0, 1).</param>
    /// <returns>The batch, owned by the caller.</returns>
    public static MaeBatch Of(Tensor images, Tensor noise, double ratio)
    {
        using var scope = NewDisposeScope();
        var kept = CountKept((int)noise.shape[1], ratio);
        var order = noise.argsort(1);
        var places = order.argsort(1);
        return new MaeBatch(
            images,
            order.narrow(1, 0, kept).contiguous().MoveToOuterDisposeScope(),
            places.MoveToOuterDisposeScope(),
            places.ge(kept).MoveToOuterDisposeScope());
    }

    /// <summary>How many patches stay: all that the ratio leaves whole, but one at least, and one less than all at most.</summary>
    /// <param name="patches">Patches of an image, at least 2.</param>
    /// <param name="ratio">Share of them that is hidden, in (0, 1).</param>
    /// <remarks>
    /// In decimals. MAE counts in binary, where 1 - 0.9 is a hair under 0.1, and so keeps 9 of 100 patches where 10 are meant.
    /// </remarks>
    public static int CountKept(int patches, double ratio) => Math.Clamp((int)(patches * (1 - (decimal)ratio)), 1, Math.Max(1, patches - 1));

    /// <inheritdoc/>
    public override void Dispose()
    {
        Kept.Dispose();
        Places.Dispose();
        Mask.Dispose();
        base.Dispose();
    }
}
