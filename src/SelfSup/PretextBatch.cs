using static TorchSharp.torch;

namespace SelfSup;

/// <summary>What a pretext task makes of a batch of images: the encoder's inputs and the answers to learn.</summary>
/// <remarks>Tasks that need more than two tensors derive from this class and dispose theirs in <see cref="Dispose"/>.</remarks>
/// <param name="inputs">
/// What the encoder gets to see, (M, 3, h, w), or clips (M, t, 3, h, w); M may differ from the number of images. Owned by the batch.
/// </param>
/// <param name="targets">The pseudo-labels; int64 (M) for a classification task. Owned by the batch.</param>
public class PretextBatch(Tensor inputs, Tensor targets) : IDisposable
{
    /// <summary>What the encoder gets to see, (M, 3, h, w), or clips (M, t, 3, h, w).</summary>
    public Tensor Inputs { get; } = inputs;

    /// <summary>The pseudo-labels.</summary>
    public Tensor Targets { get; } = targets;

    /// <summary>Disposes the tensors.</summary>
    public virtual void Dispose()
    {
        Inputs.Dispose();
        Targets.Dispose();
        GC.SuppressFinalize(this);
    }
}
