using static TorchSharp.torch;

namespace SelfSup;

/// <summary>What a task makes its batch of: the views of some images, and which images they are.</summary>
public sealed class PretextInput : IDisposable
{
    /// <summary>Takes over views and indices.</summary>
    /// <param name="views">
    /// For every view that the task asks for, in its order, RGB images, uint8 (N, 3, s, s) in 0..255, or clips (N, T, 3, s, s). Owned by
    /// the input from now on.
    /// </param>
    /// <param name="indices">The images' indices in the source, int64 (N). Owned by the input from now on.</param>
    /// <exception cref="ArgumentException">There is no view.</exception>
    public PretextInput(IReadOnlyList<Tensor> views, Tensor indices)
    {
        if (views.Count == 0)
            throw new ArgumentException("An input needs at least one view.", nameof(views));
        (Views, Indices) = (views, indices);
    }

    /// <summary>The views in the order in which the task asks for them; one where it asks for none.</summary>
    public IReadOnlyList<Tensor> Views { get; }

    /// <summary>The first view, RGB images, uint8 (N, 3, S, S), or clips (N, T, 3, S, S).</summary>
    public Tensor Images => Views[0];

    /// <summary>The images' indices in the source, int64 (N), on the images' device: the same in every epoch.</summary>
    public Tensor Indices { get; }

    /// <summary>Makes an input of images at hand, numbered from 0.</summary>
    /// <param name="views">One tensor for each view, uint8 (N, 3, s, s), or clips (N, T, 3, s, s). Borrowed.</param>
    /// <returns>The input, owned by the caller.</returns>
    public static PretextInput Of(params IReadOnlyList<Tensor> views) =>
        new([.. views.Select(view => view.alias())], arange(views[0].shape[0], int64, views[0].device));

    /// <summary>Disposes the tensors.</summary>
    public void Dispose()
    {
        foreach (var view in Views)
            view.Dispose();
        Indices.Dispose();
    }
}
