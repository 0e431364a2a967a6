using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Mixtures of two images each, with what they are made of; the targets are the first image's index.</summary>
public sealed class DistillationBatch : PretextBatch
{
    internal DistillationBatch(Tensor inputs, Tensor indices, Tensor partners, Tensor shares)
        : base(inputs, indices) => (Partners, Shares) = (partners, shares);

    /// <summary>The index of the second image, int64 (N); the first one's where nothing is mixed.</summary>
    public Tensor Partners { get; }

    /// <summary>The share of the first image, in [0, 1], float32 (N, 1).</summary>
    public Tensor Shares { get; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Partners.Dispose();
        Shares.Dispose();
        base.Dispose();
    }
}
