using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Views of images, and directions along which their features are to be normally distributed.</summary>
public sealed class LejepaBatch : PretextBatch
{
    internal LejepaBatch(IReadOnlyList<Tensor> views, Tensor directions)
        : base(views) => Directions = directions;

    /// <summary>Directions of unit length, float32 (width, count); owned by the batch.</summary>
    public Tensor Directions { get; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Directions.Dispose();
        base.Dispose();
    }
}
