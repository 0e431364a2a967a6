using SelfSup.Data;

namespace SelfSup.Transfer;

/// <summary>What a search found: every layer's best candidate, the winner among them, and the winner fitted on all labels.</summary>
/// <param name="Candidates">Every layer's best candidate.</param>
/// <param name="Best">The winner among them.</param>
/// <param name="Head">The winner, fitted.</param>
/// <param name="Images">The labeled images that were read.</param>
/// <param name="Unlabeled">The unlabeled images that were read; null without any.</param>
internal sealed record ProbeFit(
    IReadOnlyList<ProbeCandidate> Candidates, ProbeCandidate Best, LinearHead Head, ReadImages Images, ReadImages? Unlabeled);

/// <summary>Finds the best layer of a frozen encoder, from training labels alone.</summary>
internal sealed class ProbeSearch(
    ILabeledImageSource train, LinearProbeOptions options, IProgress<ProbeProgress>? progress, CancellationToken cancellationToken)
{
    // Where most classes have one label there is next to none to choose on: then the last layer is taken, and the strength of LowShot.
    private readonly bool choosesNothing = options.Unlabeled is not null
        && 2 * Enumerable.Range(0, train.Count).CountBy(train.LabelOf).Count(pair => pair.Value > 1) < train.ClassNames.Count;

    /// <summary>Chooses a layer and an L2 strength on held-out labels, then fits them on all.</summary>
    /// <param name="name">What is probed, for progress.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="layers">The layers to choose from.</param>
    /// <exception cref="InvalidDataException">No image of a class can be read.</exception>
    public ProbeFit Run(string name, Encoder encoder, IReadOnlyList<FeatureLayer> layers)
    {
        if (choosesNothing)
            layers = [layers[^1]];
        using var means = options.Unlabeled is { } unlabeled
            ? UnlabeledMeans.Of(encoder, unlabeled, layers, options, Reading(unlabeled), cancellationToken)
            : null;
        var candidates = new List<ProbeCandidate>();
        ProbeCandidate? best = null;
        ProbeTraining? winner = null;
        ReadImages? images = null;
        try
        {
            foreach (var group in GroupByMemory(layers))
            {
                using var set = ProbeFeatures.Extract(
                    encoder, train, group, IsTooLarge(group[0]), options,
                    new StepProgress(progress, $"{name}: reading training images", train.Count), cancellationToken);
                images = set.Images;
                foreach (var layer in group)
                {
                    var training = new ProbeTraining(layer, set.Take(layer), set.Labels, means?[layer], options, cancellationToken);
                    var candidate = TryChoose(training);
                    candidates.Add(candidate);
                    progress?.Report(new($"{name}: fitting", candidates.Count, layers.Count));
                    // Only the best layer's features are kept.
                    if (candidate.Beats(best))
                        (best, winner, training) = (candidate, training, winner);
                    training?.Dispose();
                }
            }
            return new(candidates, best!, Finish(), images!, means?.Images);
        }
        finally
        {
            winner?.Dispose();
        }

        LinearHead Finish()
        {
            if (!options.PseudoLabels)
                return winner!.Fit(train.ClassNames, best!.Strength, unlabeled: null, cancellationToken);
            var some = ImageSample.Of(options.Unlabeled!, PseudoLabels.MostImages);
            using var others = FeatureExtractor.Extract(
                encoder, some, [best!.Layer], options.BatchSize, options.Workers, Reading(some), cancellationToken);
            return winner!.Fit(train.ClassNames, best.Strength, others[best.Layer.Name], cancellationToken);
        }

        StepProgress Reading(IImageSource source) => new(progress, $"{name}: reading unlabeled images", source.Count);
    }

    private ProbeCandidate TryChoose(ProbeTraining training)
    {
        try
        {
            return choosesNothing ? training.TakeUnchosen() : training.Choose(train.ClassNames.Count, cancellationToken);
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }

    // What is too large for memory goes to files, which one pass over the images writes.
    private List<List<FeatureLayer>> GroupByMemory(IReadOnlyList<FeatureLayer> layers)
    {
        var groups = new List<List<FeatureLayer>>();
        var free = 0L;
        foreach (var layer in layers)
        {
            var isTooLarge = IsTooLarge(layer);
            if (groups.Count == 0 || IsTooLarge(groups[^1][0]) != isTooLarge || (!isTooLarge && BytesOf(layer) > free))
            {
                groups.Add([]);
                free = options.FeatureMemory;
            }
            groups[^1].Add(layer);
            free -= BytesOf(layer);
        }
        return groups;
    }

    private bool IsTooLarge(FeatureLayer layer) => BytesOf(layer) > options.FeatureMemory;

    private long BytesOf(FeatureLayer layer) => (long)sizeof(float) * train.Count * layer.Length;
}
