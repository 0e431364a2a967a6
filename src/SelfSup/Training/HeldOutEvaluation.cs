using SelfSup.Data;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>Asks a run's tasks about images that it does not learn from. The problems are the same every time.</summary>
internal sealed class HeldOutEvaluation(IImageSource images, Encoder encoder, PretrainingOptions options, Device device)
{
    /// <summary>The first part of the metrics' names.</summary>
    public const string Name = "held_out";

    private readonly ImageLoader loader = new(images, new ImageLoaderOptions
    {
        ImageSize = encoder.ImageSize,
        BatchSize = options.BatchSize,
        Workers = options.Workers,
        Shuffle = false,
        MaxFailureRatio = options.MaxFailureRatio,
    });

    /// <summary>Measures all losses and metrics, with the encoder and the heads in evaluation mode meanwhile.</summary>
    /// <returns>Means over the images, named <c>task/metric</c>.</returns>
    public Dictionary<string, double> Evaluate(TrainingStep step, CancellationToken cancellationToken)
    {
        var sums = new Dictionary<string, double>();
        var count = 0;
        SetTraining(step, false);
        try
        {
            foreach (var batch in loader.ReadEpoch(0, cancellationToken: cancellationToken))
            {
                using (batch)
                {
                    using var pixels = batch.ToTensor(device);
                    using var random = Seeds.NewRandom(device, options.Seed, batch.Number, Seeds.HeldOut);
                    foreach (var (name, value) in step.Measure(pixels, random))
                        sums[name] = sums.GetValueOrDefault(name) + value * batch.Count;
                    count += batch.Count;
                }
            }
        }
        finally
        {
            SetTraining(step, true);
        }
        return sums.ToDictionary(pair => pair.Key, pair => pair.Value / count);
    }

    private void SetTraining(TrainingStep step, bool on)
    {
        encoder.train(on);
        foreach (var model in step.Models)
            model.train(on);
    }
}
