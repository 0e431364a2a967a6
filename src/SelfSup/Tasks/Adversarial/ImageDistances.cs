using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>How much images differ, as the root of the mean squared difference of their pixels in [0, 1].</summary>
public static class ImageDistances
{
    /// <summary>The mean distance of every image from the next one, the last one's from the first: how varied a shuffled batch is.</summary>
    /// <param name="images">Images (N, 3, S, S): uint8 in 0..255, or float in [0, 1].</param>
    /// <returns>A scalar without gradient, owned by the caller; 0 when all images are equal.</returns>
    public static Tensor ToNext(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var rows = Rows(images);
        return rows.sub(rows.roll(1, 0)).square().mean([1]).sqrt_().mean().MoveToOuterDisposeScope();
    }

    /// <summary>The distance of every image from the nearest of other images.</summary>
    /// <param name="images">Images (N, 3, S, S): uint8 in 0..255, or float in [0, 1].</param>
    /// <param name="others">Batches of images of the same size; borrowed.</param>
    /// <returns>Float32 (N), owned by the caller; infinite where there are no others.</returns>
    public static Tensor ToNearest(Tensor images, IEnumerable<Tensor> others)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var rows = Rows(images);
        var nearest = full(rows.shape[0], float.PositiveInfinity, device: rows.device);
        foreach (var batch in others)
        {
            using var step = NewDisposeScope();
            var references = Rows(batch);
            var squares = references.square().sum(1).unsqueeze(0).add(rows.square().sum(1, keepdim: true)).sub_(rows.mm(references.t()).mul_(2));
            nearest.copy_(minimum(nearest, squares.div_(rows.shape[1]).clamp_min_(0).sqrt_().amin([1])));
        }
        return nearest.MoveToOuterDisposeScope();
    }

    private static Tensor Rows(Tensor images) =>
        images.dtype == ScalarType.Byte ? images.flatten(1).to(ScalarType.Float32).div_(255) : images.flatten(1).to(ScalarType.Float32);
}
