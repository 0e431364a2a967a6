using static TorchSharp.torch;

namespace SelfSup;

/// <summary>What a pretext task makes of a batch of images: the encoder's inputs and, where there are any, the answers to learn.</summary>
/// <remarks>Tasks that need more tensors derive from this class and dispose theirs in <see cref="Dispose"/>.</remarks>
public class PretextBatch : IDisposable
{
    private readonly Tensor? targets;

    /// <summary>Takes over inputs and targets.</summary>
    /// <param name="inputs">
    /// What the encoder gets to see, (M, 3, h, w), or clips (M, t, 3, h, w); M may differ from the number of images. Owned by the batch.
    /// </param>
    /// <param name="targets">The pseudo-labels; null where the task has none. Owned by the batch.</param>
    public PretextBatch(Tensor inputs, Tensor? targets = null)
        : this([inputs], targets)
    {
    }

    /// <summary>Takes over several views and targets.</summary>
    /// <param name="views">What the encoder gets to see, (M, 3, h, w) each, of one size or of several. Owned by the batch.</param>
    /// <param name="targets">The pseudo-labels; null where the task has none. Owned by the batch.</param>
    /// <exception cref="ArgumentException">There is no view.</exception>
    public PretextBatch(IReadOnlyList<Tensor> views, Tensor? targets = null)
    {
        if (views.Count == 0)
            throw new ArgumentException("A batch needs at least one view.", nameof(views));
        (Views, this.targets) = (views, targets);
    }

    /// <summary>Everything that the encoder gets to see.</summary>
    public IReadOnlyList<Tensor> Views { get; }

    /// <summary>What the encoder gets to see, the first view of several: (M, 3, h, w), or clips (M, t, 3, h, w).</summary>
    public Tensor Inputs => Views[0];

    /// <summary>Whether there are pseudo-labels.</summary>
    public bool HasTargets => targets is not null;

    /// <summary>The pseudo-labels.</summary>
    /// <exception cref="InvalidOperationException">The task has none.</exception>
    public Tensor Targets => targets ?? throw new InvalidOperationException("This batch has no targets.");

    /// <summary>A batch of an input's views as they are, with the images' indices as targets.</summary>
    /// <param name="input">The input. Borrowed.</param>
    /// <returns>The batch, owned by the caller.</returns>
    public static PretextBatch OfViews(PretextInput input) => new([.. input.Views.Select(view => view.alias())], input.Indices.alias());

    /// <summary>Disposes the tensors.</summary>
    public virtual void Dispose()
    {
        foreach (var view in Views)
            view.Dispose();
        targets?.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Inputs with a class for each.</summary>
/// <param name="inputs">What the encoder gets to see, (M, 3, h, w), or clips (M, t, 3, h, w). Owned by the batch.</param>
/// <param name="labels">The classes, int64: (M), or one for as many inputs in a row as the head compares. Owned by the batch.</param>
public sealed class LabeledBatch(Tensor inputs, Tensor labels) : PretextBatch(inputs, labels);
