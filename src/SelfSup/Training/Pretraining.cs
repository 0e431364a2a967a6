using SelfSup.Augmentations;
using SelfSup.Data;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>Trains an encoder by pretext tasks on unlabeled images.</summary>
public static class Pretraining
{
    /// <summary>
    /// Side in pixels at which a run reads its images, and so the one to pack them at (<see cref="PackingOptions.ImageSize"/>): as large as
    /// the largest of the views needs.
    /// </summary>
    /// <param name="encoder">The encoder to train.</param>
    /// <param name="tasks">The run's tasks; tasks that ask for no views, and no tasks, need what the augmentation does.</param>
    /// <param name="augmentation">How the images are varied for tasks that ask for no views; null means the default.</param>
    /// <returns>The side, at least that of the encoder's input.</returns>
    public static int ReadSizeOf(Encoder encoder, IEnumerable<IPretextTask>? tasks = null, Augmentation? augmentation = null)
    {
        var shared = new View(augmentation ?? new Augmentation());
        var views = (tasks ?? []).SelectMany(task => task.Views.Count == 0 ? [shared] : task.Views).DefaultIfEmpty(shared);
        return Math.Max(encoder.ImageSize, views.Max(view => view.Augmentation.ReadSizeFor(view.SideFor(encoder.ImageSize))));
    }

    /// <summary>Trains an encoder by one task, on a thread of its own.</summary>
    /// <param name="encoder">The encoder to train in place; borrowed, moved to the run's device, left in eval mode.</param>
    /// <param name="task">The task.</param>
    /// <param name="images">The unlabeled images.</param>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <param name="progress">Receives where the run stands.</param>
    /// <param name="cancellationToken">Stops the run between two steps, with a checkpoint when there is a run folder.</param>
    /// <returns>What the run ended with.</returns>
    /// <exception cref="NonFiniteLossException">A loss became infinite or not a number.</exception>
    /// <exception cref="InsufficientMemoryException">A batch needs more memory than there is; the message says what to try.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static Task<PretrainingResult> RunAsync(
        Encoder encoder, IPretextTask task, IImageSource images, PretrainingOptions? options = null,
        IProgress<PretrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        RunAsync(encoder, [new WeightedTask(task)], images, options, progress, cancellationToken);

    /// <summary>Trains an encoder by several tasks at once, on a thread of its own.</summary>
    /// <inheritdoc cref="Run"/>
    // Dispose scopes and autocast are a thread's own, hence one long-running thread for the whole run.
    public static Task<PretrainingResult> RunAsync(
        Encoder encoder, IReadOnlyList<WeightedTask> tasks, IImageSource images, PretrainingOptions? options = null,
        IProgress<PretrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Factory.StartNew(
            () => Run(encoder, tasks, images, options, progress, cancellationToken),
            // Of several ranks each must come to the run, if only to agree to stop: the others would wait for it.
            options?.Group.Size > 1 ? CancellationToken.None : cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Trains an encoder by several tasks at once, on the calling thread.</summary>
    /// <param name="encoder">
    /// The encoder to train in place; borrowed, moved to the run's device, left in eval mode. At the end it has the weights that the
    /// method keeps, which may be those of an averaged copy (<see cref="PretextModel.Result"/>).
    /// </param>
    /// <param name="tasks">The tasks with their weights; names must differ.</param>
    /// <param name="images">The unlabeled images, at least two.</param>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <param name="progress">Receives where the run stands.</param>
    /// <param name="cancellationToken">Stops the run between two steps, with a checkpoint when there is a run folder.</param>
    /// <returns>What the run ended with.</returns>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, there is no task, there are fewer than two images, two tasks share a name, or a task does not fit the
    /// encoder or the images (<see cref="IPretextTask.CheckFits"/>).
    /// </exception>
    /// <exception cref="InvalidOperationException">The run folder is not to be resumed from, or holds another run.</exception>
    /// <exception cref="NonFiniteLossException">A loss became infinite or not a number.</exception>
    /// <exception cref="InsufficientMemoryException">A batch needs more memory than there is; the message says what to try.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static PretrainingResult Run(
        Encoder encoder, IReadOnlyList<WeightedTask> tasks, IImageSource images, PretrainingOptions? options = null,
        IProgress<PretrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new PretrainingOptions();
        options.Validate();
        Check(encoder, tasks, images, options);
        using var ranks = new Ranks(options.Group, cancellationToken);
        return ranks.Complete(Train, options.RunFolder);

        PretrainingResult Train()
        {
            using var run = new PretrainingRun(encoder, tasks, images, options, progress, ranks);
            return run.Complete();
        }
    }

    private static void Check(Encoder encoder, IReadOnlyList<WeightedTask> tasks, IImageSource images, PretrainingOptions options)
    {
        if (tasks.Count == 0 || tasks.DistinctBy(task => task.Task.Name).Count() != tasks.Count)
            throw new ArgumentException("A run needs at least one task, and tasks of different names.", nameof(tasks));
        if (images.Count < 2)
            throw new ArgumentException($"There are {images.Count} images to learn from; at least two are needed.", nameof(images));
        if (options.Group.Size > 1 && images.Count < options.BatchSize)
            throw new ArgumentException($"The ranks share batches of {options.BatchSize}, and there are {images.Count} images. Lower the batch size.", nameof(images));
        foreach (var task in tasks)
            task.Task.CheckFits(encoder, images.Frames);
        if (options.HeldOut is { } unseen && unseen.Frames != images.Frames)
            throw new ArgumentException($"The held-out images have {unseen.Frames} frames each, those to learn from {images.Frames}.", nameof(options));
    }
}
