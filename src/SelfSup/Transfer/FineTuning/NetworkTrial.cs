using SelfSup.Data;
using SelfSup.Encoders;

namespace SelfSup.Transfer;

/// <summary>Trains whole networks that start in one way, pretrained or fresh, with given labels, and tests each once.</summary>
/// <param name="name">How they start, for progress.</param>
/// <param name="create">Creates the encoder to train from a seed.</param>
/// <param name="testSet">The test images, with the labels of the training images.</param>
/// <param name="options">How to train.</param>
/// <param name="progress">Told what is being done.</param>
/// <param name="cancellationToken">Asked before every step.</param>
internal sealed class NetworkTrial(
    string name, Func<int, Encoder> create, ILabeledImageSource testSet, FineTuneOptions options, IProgress<ProbeProgress>? progress,
    CancellationToken cancellationToken)
{
    private const double HeldOutShare = 0.2;
    private const int LabelsAClassToChoose = 10;

    /// <summary>A trial of copies of an encoder.</summary>
    public static NetworkTrial FineTuned(
        Encoder encoder, ILabeledImageSource testSet, FineTuneOptions options, IProgress<ProbeProgress>? progress,
        CancellationToken token) =>
        new(LabelEfficiencyLine.FineTuned, _ => encoder.Copy(), testSet, options, progress, token);

    /// <summary>A trial of fresh networks of an encoder's architecture.</summary>
    public static NetworkTrial FromScratch(
        Encoder encoder, ILabeledImageSource testSet, FineTuneOptions options, IProgress<ProbeProgress>? progress,
        CancellationToken token) =>
        new(LabelEfficiencyLine.FromScratch, seed => EncoderTwin.CreateUntrained(encoder, seed), testSet, options, progress, token);

    /// <summary>Trains with all of some labeled images.</summary>
    /// <returns>The test accuracy, 0..1.</returns>
    public double Measure(ILabeledImageSource labeled) => Train("training", labeled, testSet, ChooseRate(labeled), options.Seed);

    /// <summary>Trains with few labels, drawn as <see cref="LowShot"/> does.</summary>
    /// <param name="train">The images to draw from, which can all be read.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="labelsPerClass">How many labels of every class.</param>
    /// <param name="draws">Number of draws; each has weights and an order of its own. The first one chooses the learning rate for all.</param>
    public IReadOnlyList<LowShotResult> MeasureDraws(
        ILabeledImageSource train, IReadOnlyList<int> labels, IEnumerable<int> labelsPerClass, int draws) =>
    [
        .. labelsPerClass.Select(count =>
        {
            var rate = ChooseRate(Draw(count, 0));
            return LowShotResult.Of(count, [.. Enumerable.Range(0, draws).Select(draw =>
                Train($"draw {draw + 1} of {draws}", Draw(count, draw), testSet, rate, options.Seed + draw))]);

            ILabeledImageSource Draw(int perClass, int draw) => new LabeledSubset(
                train, [.. LowShot.Draw(labels, perClass, options.Seed + draw).Select(row => (int)row)]);
        }),
    ];

    private double ChooseRate(ILabeledImageSource labeled)
    {
        var rates = options.LearningRates.Order().ToArray();
        if (rates.Length == 1 || labeled.Count < LabelsAClassToChoose * testSet.ClassNames.Count)
            return rates[rates.Length / 2];
        var (held, rest) = LabeledSubset.Split(labeled, (int)(HeldOutShare * labeled.Count), options.Seed);
        return rates.MaxBy(rate => Train("choosing the learning rate", rest, held, rate, options.Seed));
    }

    private double Train(string step, ILabeledImageSource labeled, ILabeledImageSource evaluated, double rate, int seed)
    {
        using var network = new FineTunedNetwork(create(seed), testSet.ClassNames.Count, options, seed);
        network.Train(labeled, rate, new StepProgress(progress, $"{name}, {labeled.Count} labels: {step}", options.Steps), cancellationToken);
        return network.Test(evaluated, cancellationToken);
    }
}
