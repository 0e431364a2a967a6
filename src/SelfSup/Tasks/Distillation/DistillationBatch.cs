using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Images, or mixtures of two, with what each is made of where the teacher is remembered.</summary>
public sealed class DistillationBatch : PretextBatch
{
    internal DistillationBatch(Tensor inputs, Tensor? indices = null, Tensor? partners = null, Tensor? shares = null)
        : base(inputs, indices) => (Partners, Shares) = (partners, shares);

    /// <summary>The indices of the images that those of the targets are mixed with, int64 (N); null where none are, or the teacher looks at mixtures.</summary>
    public Tensor? Partners { get; }

    /// <summary>The share that the images of the targets have in the mixtures, in [0, 1], float32 (N, 1); null as <see cref="Partners"/>.</summary>
    public Tensor? Shares { get; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Partners?.Dispose();
        Shares?.Dispose();
        base.Dispose();
    }
}
