using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Distributed;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>Makes every task's views of the images that were read.</summary>
/// <param name="tasks">The run's tasks.</param>
/// <param name="augmentation">Varies the one picture of tasks that ask for no views; they share it.</param>
/// <param name="imageSize">The encoder's side in pixels.</param>
/// <param name="device">Where the views are made.</param>
/// <param name="seed">The run's seed.</param>
/// <param name="purpose">What the views are for, of <see cref="Seeds"/>.</param>
internal sealed class ViewMaker(
    IReadOnlyList<IPretextTask> tasks, Augmentation augmentation, int imageSize, Device device, int seed, int purpose)
{
    private readonly View shared = new(augmentation);

    /// <summary>Side in pixels at which images are read, so that every view finds enough of them.</summary>
    public int ReadSize => tasks.SelectMany(ViewsOf).Max(view => view.Augmentation.ReadSizeFor(view.SideFor(imageSize)));

    /// <summary>Makes the views of a batch.</summary>
    /// <param name="batch">The images at <see cref="ReadSize"/>. Borrowed.</param>
    /// <param name="step">The step, from 0; with seed and purpose it decides the draws.</param>
    /// <param name="share">Which images of the step's batch these are; by default all.</param>
    /// <returns>One input for every task, owned by the caller.</returns>
    public PretextInput[] Make(ImageBatch batch, long step, BatchShare share = default)
    {
        using var scope = NewDisposeScope();
        using var read = batch.ToInput(device);
        var common = tasks.Any(task => task.Views.Count == 0) ? Vary([shared], read.Images, step, 0, share) : null;
        return [.. tasks.Select((task, t) =>
        {
            var views = task.Views.Count == 0 ? common!.Select(view => view.alias()) : Vary(task.Views, read.Images, step, 1 + t, share);
            return new PretextInput(
                [.. views.Select(view => view.MoveToOuterDisposeScope())], read.Indices.alias().MoveToOuterDisposeScope());
        })];
    }

    private IReadOnlyList<View> ViewsOf(IPretextTask task) => task.Views.Count == 0 ? [shared] : task.Views;

    private Tensor[] Vary(IReadOnlyList<View> views, Tensor pixels, long step, int stream, BatchShare share)
    {
        using var random = Seeds.NewRandom(device, seed, step, purpose + stream * Seeds.Purposes, share);
        return View.Make(views, pixels, imageSize, random);
    }
}
