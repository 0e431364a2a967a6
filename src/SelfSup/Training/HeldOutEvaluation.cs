using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>Asks a run's tasks about images that it does not learn from. The problems are the same every time.</summary>
internal sealed class HeldOutEvaluation
{
    /// <summary>The first part of the metrics' names.</summary>
    public const string Name = "held_out";

    private readonly PretrainingOptions options;
    private readonly ViewMaker views;
    private readonly ImageLoader loader;

    /// <summary>Prepares to read the images.</summary>
    public HeldOutEvaluation(IImageSource images, IReadOnlyList<IPretextTask> tasks, int imageSize, PretrainingOptions options, Device device)
    {
        this.options = options;
        views = new ViewMaker(tasks, Augmentation.None, imageSize, device, options.Seed, Seeds.HeldOutViews);
        loader = new ImageLoader(images, new ImageLoaderOptions
        {
            ImageSize = views.ReadSize,
            BatchSize = options.BatchSize,
            Workers = options.ReadingThreads,
            Shuffle = false,
            MaxFailureRatio = options.MaxFailureRatio,
        });
    }

    /// <summary>Measures all losses and metrics, with the encoder and the heads in evaluation mode meanwhile.</summary>
    /// <returns>Means over the images, named <c>task/metric</c>.</returns>
    /// <exception cref="InvalidDataException">There are no two images in a batch that can be read.</exception>
    public Dictionary<string, double> Evaluate(TrainingStep step, long done, long steps, int epoch, CancellationToken cancellationToken)
    {
        var sums = new Dictionary<string, (double Sum, int Count)>();
        using var frozen = new EvaluationMode([.. step.Networks]);
        foreach (var batch in loader.ReadEpoch(0, cancellationToken: cancellationToken))
        {
            using (batch)
            {
                if (batch.Count < 2)
                    continue; // a rest of one: tasks compare images with one another
                using var scope = NewDisposeScope();
                using var random = Seeds.NewRandom(step.Device, options.Seed, batch.Number, Seeds.HeldOut);
                foreach (var (name, value) in step.Measure(views.Make(batch, batch.Number), random, () => new(done, steps, epoch, isTraining: false)))
                {
                    var (sum, count) = sums.GetValueOrDefault(name);
                    sums[name] = (sum + value * batch.Count, count + batch.Count);
                }
            }
        }
        if (sums.Count == 0)
        {
            var examples = string.Join("; ", loader.Failures.Take(3).Select(failure => $"{failure.Name}: {failure.Reason}"));
            throw new InvalidDataException($"No two held-out images of a batch can be read ({examples}). Mend them, or give others.");
        }
        return sums.ToDictionary(pair => pair.Key, pair => pair.Value.Sum / pair.Value.Count);
    }
}
