using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Images with their numbers, and draws that decide which other images they are compared with.</summary>
public sealed class InstanceBatch : PretextBatch
{
    internal InstanceBatch(Tensor inputs, Tensor indices, Tensor draws)
        : base(inputs, indices) => Draws = draws;

    /// <summary>Draws, int64 (K): by the remainder of the number of images, the others.</summary>
    public Tensor Draws { get; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Draws.Dispose();
        base.Dispose();
    }
}
