using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>A feature of unit length for every image, which follows what a network makes of it whenever it comes by.</summary>
/// <remarks>
/// Kept in a field of a <see cref="PretextModel"/> it is in the checkpoint. Wu et al., "Unsupervised Feature Learning via Non-Parametric
/// Instance Discrimination", 2018, https://arxiv.org/abs/1805.01978.
/// </remarks>
public sealed class ImageMemory : nn.Module
{
    private readonly Tensor rows;

    /// <summary>Creates a memory of random rows of unit length, on the CPU.</summary>
    /// <param name="images">Number of images, at least 1.</param>
    /// <param name="width">Width of a feature, at least 1.</param>
    /// <param name="seed">Decides the rows. The default is 0.</param>
    public ImageMemory(int images, int width, ulong seed = 0)
        : base(nameof(ImageMemory))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        using var random = new RandomSource(seed);
        using var draws = random.Normal(images, width);
        rows = nn.functional.normalize(draws, dim: 1).DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>Number of images.</summary>
    public int Count => (int)rows.shape[0];

    /// <summary>The rows, float32 (<see cref="Count"/>, width); owned by this object, and changed by <see cref="Follow"/>.</summary>
    public Tensor Rows => rows;

    /// <summary>Moves rows: row = keep x row + (1 - keep) x feature, both of unit length, scaled to unit length again.</summary>
    /// <param name="images">Which rows, int64 (N).</param>
    /// <param name="features">Features (N, width) of any floating-point type and length.</param>
    /// <param name="keep">Share of itself that a row keeps, in [0, 1]. The default is 0.5.</param>
    /// <exception cref="ArgumentException">The features have another width, or the share is out of its range.</exception>
    public void Follow(Tensor images, Tensor features, double keep = 0.5)
    {
        if (keep is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(keep), keep, "The share that a row keeps is in [0, 1].");
        if (features.dim() != 2 || features.shape[1] != rows.shape[1] || features.shape[0] != images.shape[0])
        {
            throw new ArgumentException(
                $"The memory takes ({images.shape[0]}, {rows.shape[1]}), not ({string.Join(", ", features.shape)}).", nameof(features));
        }
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var units = nn.functional.normalize(features.to(rows.dtype), dim: 1);
        var moved = rows.index_select(0, images).lerp_(units, 1 - keep);
        rows.index_copy_(0, images, nn.functional.normalize(moved, dim: 1));
    }
}
