using SelfSup.Data;

namespace SelfSup.Transfer;

/// <summary>Chooses a number of epochs on held-out labels, and trains a classifier for as many on all of them.</summary>
/// <param name="encoder">The encoder; copied.</param>
/// <param name="recipe">How to train, with nothing left open.</param>
/// <param name="progress">Told what is being done.</param>
/// <param name="cancellationToken">Asked before every step.</param>
internal sealed class ClassifierFit(
    Encoder encoder, ClassifierRecipe recipe, IProgress<ProbeProgress>? progress, CancellationToken cancellationToken)
{
    /// <summary>Trains with images that can all be read.</summary>
    public ImageClassifier Run(ILabeledImageSource labeled)
    {
        var planned = recipe.EpochsFor(labeled.Count);
        var isFew = ClassifierRecipe.HasFewLabels(labeled.Count, labeled.ClassNames.Count);
        var epochs = recipe.HeldOutShare > 0 && !isFew ? ChooseEpochs(labeled, planned) : planned;
        // To begin with the last stage pays when all of them learn much.
        using var classifier = Start(labeled, isFew ? 0 : encoder.Stages.Count - 1);
        for (var epoch = 0; epoch < epochs; epoch++)
            Train(classifier, labeled, epoch, epochs, "training");
        return classifier.ToClassifier();
    }

    private int ChooseEpochs(ILabeledImageSource labeled, int planned)
    {
        var (rest, held) = LabeledSubset.HoldOut(labeled, recipe.HeldOutShare, recipe.Seed);
        using var classifier = Start(rest, encoder.Stages.Count - 1);
        var (chosen, lowest) = (0, classifier.Test(held, cancellationToken));
        for (var epoch = 0; epoch < planned && epoch - chosen < recipe.Patience; epoch++)
        {
            Train(classifier, rest, epoch, planned, "choosing the epochs");
            var losses = classifier.Test(held, cancellationToken);
            if (losses.Average() < lowest.Average())
                (chosen, lowest) = (epoch + 1, losses);
            else if (chosen > 0 && IsAsGood(losses, lowest))
                chosen = epoch + 1;
        }
        return chosen;
    }

    // Within a standard error of their mean difference: a few held-out labels tell no more, and answers still improve while the loss stays.
    private static bool IsAsGood(float[] losses, float[] lowest)
    {
        double[] more = [.. losses.Zip(lowest, (loss, low) => (double)loss - low)];
        var mean = more.Average();
        return mean <= Math.Sqrt(more.Sum(value => (value - mean) * (value - mean)) / more.Length / (more.Length - 1));
    }

    private TrainedClassifier Start(ILabeledImageSource labeled, int firstStage)
    {
        var options = new LinearProbeOptions { Seed = recipe.Seed, Workers = recipe.Workers, Unlabeled = recipe.Unlabeled };
        var layers = FeatureLayer.ListOf(encoder).Where(layer => layer.Stage >= firstStage).ToArray();
        var head = new ProbeSearch(labeled, options, progress, cancellationToken).Run("linear layer", encoder, layers).Head;
        return new TrainedClassifier(encoder.Copy(), head, WeighClasses(labeled), recipe);
    }

    private float[] WeighClasses(ILabeledImageSource labeled)
    {
        var counts = Enumerable.Range(0, labeled.Count).CountBy(labeled.LabelOf).ToDictionary();
        return [.. labeled.ClassNames.Select((_, label) => recipe.BalanceClasses ? (float)labeled.Count / (counts.Count * counts[label]) : 1)];
    }

    private void Train(TrainedClassifier classifier, ILabeledImageSource labeled, int epoch, int epochs, string what) =>
        classifier.TrainEpoch(
            labeled, epoch, epochs, share => progress?.Report(new(what, (int)(100 * (epoch + share)), 100 * epochs)), cancellationToken);
}
