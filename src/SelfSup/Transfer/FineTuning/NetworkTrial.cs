using SelfSup.Data;
using SelfSup.Encoders;

namespace SelfSup.Transfer;

/// <summary>Trains whole networks that start in one way, pretrained or fresh, with given labels, and tests each once.</summary>
/// <param name="name">How they start, for progress.</param>
/// <param name="create">Creates the encoder to train from a seed.</param>
/// <param name="testSet">The test images, with the labels of the training images.</param>
/// <param name="options">How to train.</param>
/// <param name="plan">Told what is being done.</param>
/// <param name="cancellationToken">Asked before every step.</param>
internal sealed class NetworkTrial(
    string name, Func<int, Encoder> create, ILabeledImageSource testSet, FineTuneOptions options, TrainingPlan plan,
    CancellationToken cancellationToken)
{
    private const double HeldOutShare = 0.2;
    private const int LabelsAClassToChoose = 10;

    /// <summary>A trial of copies of an encoder.</summary>
    public static NetworkTrial FineTuned(
        Encoder encoder, ILabeledImageSource testSet, FineTuneOptions options, TrainingPlan plan, CancellationToken token) =>
        new(LabelEfficiencyLine.FineTuned, _ => encoder.Copy(), testSet, options, plan, token);

    /// <summary>A trial of fresh networks of an encoder's architecture.</summary>
    public static NetworkTrial FromScratch(
        Encoder encoder, ILabeledImageSource testSet, FineTuneOptions options, TrainingPlan plan, CancellationToken token) =>
        new(LabelEfficiencyLine.FromScratch, seed => EncoderTwin.CreateUntrained(encoder, seed), testSet, options, plan, token);

    /// <summary>Trains with all of some labeled images.</summary>
    /// <returns>The test accuracy, 0..1.</returns>
    public double Measure(ILabeledImageSource labeled) => Train("training", labeled, testSet, ChooseRate(labeled), options.Seed);

    /// <summary>Counts the trainings that one number of labels takes: draws, and before them one for every learning rate to choose from.</summary>
    /// <param name="options">How to train.</param>
    /// <param name="labels">Labels in all.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="draws">Number of draws.</param>
    public static int CountTrainings(FineTuneOptions options, int labels, int classes, int draws = 1) =>
        draws + (LeavesChoice(options, labels, classes) ? options.LearningRates.Count : 0);

    /// <summary>Trains with few labels of every class.</summary>
    /// <param name="source">The images to draw from.</param>
    /// <param name="draws">The draws, whose rows are places in <paramref name="readable"/>.</param>
    /// <param name="readable">The images that can be read, as places in <paramref name="source"/>.</param>
    /// <param name="labelsPerClass">How many labels of every class.</param>
    /// <param name="count">Number of draws; each has weights and an order of its own. The first one chooses the learning rate for all.</param>
    public IReadOnlyList<LowShotResult> MeasureDraws(
        ILabeledImageSource source, LabelDraws draws, IReadOnlyList<int> readable, IEnumerable<int> labelsPerClass, int count) =>
    [
        .. labelsPerClass.Select(perClass =>
        {
            var rate = ChooseRate(Draw(perClass, 0));
            return LowShotResult.Of(perClass, [.. Enumerable.Range(0, count).Select(draw =>
                Train($"draw {draw + 1} of {count}", Draw(perClass, draw), testSet, rate, options.Seed + draw))]);

            LabeledSubset Draw(int labels, int draw) => new(source, draws.Take(draw, labels).Select(row => readable[row]));
        }),
    ];

    private static bool LeavesChoice(FineTuneOptions options, int labels, int classes) =>
        options.LearningRates.Count > 1 && labels >= LabelsAClassToChoose * classes;

    private double ChooseRate(ILabeledImageSource labeled)
    {
        var rates = options.LearningRates.Order().ToArray();
        if (!LeavesChoice(options, labeled.Count, testSet.ClassNames.Count))
            return rates[rates.Length / 2];
        var (rest, held) = LabeledSubset.HoldOut(labeled, HeldOutShare, options.Seed);
        return rates.MaxBy(rate => Train("choosing the learning rate", rest, held, rate, options.Seed));
    }

    private double Train(string step, ILabeledImageSource labeled, ILabeledImageSource evaluated, double rate, int seed)
    {
        using var network = new FineTunedNetwork(create(seed), testSet.ClassNames.Count, options, seed);
        network.Train(labeled, rate, plan.Begin($"{name}, {labeled.Count} labels: {step}"), cancellationToken);
        return network.Test(evaluated, cancellationToken);
    }
}
