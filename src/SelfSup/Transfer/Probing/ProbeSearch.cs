using SelfSup.Data;

namespace SelfSup.Transfer;

/// <summary>What a search found: every layer's best candidate, the winner among them, and the winner fitted on all labels.</summary>
internal sealed record ProbeFit(IReadOnlyList<ProbeCandidate> Candidates, ProbeCandidate Best, LinearHead Head, ReadImages Images);

/// <summary>Finds the best layer of a frozen encoder, from training labels alone.</summary>
internal sealed class ProbeSearch(
    ILabeledImageSource train, LinearProbeOptions options, IProgress<ProbeProgress>? progress, CancellationToken cancellationToken)
{
    /// <summary>Chooses a layer and an L2 strength on held-out labels, then fits them on all.</summary>
    /// <param name="name">What is probed, for progress.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="layers">The layers to choose from.</param>
    /// <exception cref="InvalidDataException">No image of a class can be read.</exception>
    public ProbeFit Run(string name, Encoder encoder, IReadOnlyList<FeatureLayer> layers)
    {
        var device = encoder.parameters().First().device;
        var candidates = new List<ProbeCandidate>();
        ProbeCandidate? best = null;
        ProbeTraining? winner = null;
        ReadImages? images = null;
        try
        {
            foreach (var group in GroupByMemory(layers))
            {
                using var set = FeatureExtractor.Extract(
                    encoder, train, group, options.BatchSize, options.Workers,
                    new StepProgress(progress, $"{name}: reading training images", train.Count), cancellationToken);
                images = set.Images;
                images.CheckClasses(train, "training");
                var labels = set.Indices.Select(train.LabelOf).ToArray();
                foreach (var layer in group)
                {
                    var training = new ProbeTraining(layer, set.Take(layer.Name), labels, device, options);
                    var candidate = TryChoose(training);
                    candidates.Add(candidate);
                    progress?.Report(new($"{name}: fitting", candidates.Count, layers.Count));
                    // Only the best layer's features stay in memory.
                    if (candidate.Beats(best))
                        (best, winner, training) = (candidate, training, winner);
                    training?.Dispose();
                }
            }
            return new(candidates, best!, winner!.Fit(train.ClassNames, best!.Strength, cancellationToken), images!);
        }
        finally
        {
            winner?.Dispose();
        }
    }

    private ProbeCandidate TryChoose(ProbeTraining training)
    {
        try
        {
            return training.Choose(train.ClassNames.Count, cancellationToken);
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }

    private List<List<FeatureLayer>> GroupByMemory(IReadOnlyList<FeatureLayer> layers)
    {
        var groups = new List<List<FeatureLayer>>();
        var free = 0L;
        foreach (var layer in layers)
        {
            var bytes = 4L * train.Count * layer.Length;
            if (groups.Count == 0 || bytes > free)
            {
                groups.Add([]);
                free = options.FeatureMemory;
            }
            groups[^1].Add(layer);
            free -= bytes;
        }
        return groups;
    }
}
