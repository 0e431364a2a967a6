using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>Draws for every task what it makes of a few images, and what the model answers. A picture that fails is a warning.</summary>
internal sealed class TaskPreviews
{
    private readonly RunFolder? folder;
    private readonly PretrainingOptions options;
    private readonly EventFile? events;
    private readonly ViewMaker views;
    private readonly ImageLoader loader;
    private readonly int[] order;
    private readonly Dictionary<string, PretrainingWarning> warnings = [];

    /// <summary>Prepares to read the images.</summary>
    /// <param name="folder">Where the pictures go; null draws none.</param>
    /// <param name="images">The run's images, of which a few are drawn.</param>
    /// <param name="tasks">The run's tasks.</param>
    /// <param name="imageSize">The encoder's side in pixels.</param>
    /// <param name="options">The run's settings.</param>
    /// <param name="device">The run's device.</param>
    /// <param name="events">Where the pictures go too; null for nowhere else.</param>
    public TaskPreviews(
        RunFolder? folder, IImageSource images, IReadOnlyList<IPretextTask> tasks, int imageSize, PretrainingOptions options, Device device, EventFile? events)
    {
        (this.folder, this.options, this.events) = (folder, options, events);
        views = new ViewMaker(tasks, Augmentation.None, imageSize, device, options.Seed, Seeds.PreviewViews);
        // The loader wants as many as there are images; the first batch alone is read.
        var chosen = PreviewImages.Choose(images);
        order = [.. chosen, .. Enumerable.Repeat(chosen[0], images.Count - chosen.Length)];
        loader = new ImageLoader(images, new ImageLoaderOptions
        {
            ImageSize = views.ReadSize,
            BatchSize = chosen.Length,
            Workers = 1,
            Prefetch = 1,
            Shuffle = false,
            MaxFailureRatio = 1,
        });
    }

    /// <summary>The pictures that could not be drawn, the last failure of each.</summary>
    public IReadOnlyList<PretrainingWarning> Warnings => [.. warnings.Values];

    /// <summary>Draws all pictures, with the networks in evaluation mode meanwhile.</summary>
    /// <param name="step">The networks.</param>
    /// <param name="done">Steps done.</param>
    public void Draw(TrainingStep step, long done)
    {
        using var batch = folder is null ? null : loader.ReadInOrder(order).FirstOrDefault();
        if (batch is null)
            return;
        using var scope = NewDisposeScope();
        using var frozen = new EvaluationMode([.. step.Networks]);
        var inputs = views.Make(batch, 0);
        for (var t = 0; t < inputs.Length; t++)
        {
            try
            {
                Draw(step, inputs[t], t, done);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                var name = step.Learners[t].Task.Name;
                warnings[name] = new(done, $"The preview of '{name}' could not be drawn: {e.Message}");
            }
        }
    }

    private void Draw(TrainingStep step, PretextInput input, int t, long done)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var random = Seeds.NewRandom(step.Device, options.Seed, t, Seeds.Preview);
        var (task, model) = (step.Learners[t].Task, step.Learners[t].Model);
        using var generated = task.Generate(input, random);
        var picture = task.Preview(generated, model);
        picture.AddOriginals(input.Images);
        picture.Legend = FormattableString.Invariant($"{task.Name} after {done:N0} steps. {picture.Legend}");
        var path = folder!.PreviewPath(task.Name);
        picture.SavePng(path);
        events?.WriteImage(done, task.Name, File.ReadAllBytes(path));
    }
}
