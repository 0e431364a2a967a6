using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;

namespace SelfSup.Transfer;

/// <summary>
/// Judges an encoder by all that is customary: a linear probe of every stage, nearest neighbors, few labels and, where asked for, whole
/// networks trained from it, beside chance, raw pixels, untrained encoders and networks trained from scratch with the same labels.
/// </summary>
/// <remarks>Every ± is one standard deviation: over draws of labels, over untrained encoders, or over test images.</remarks>
public sealed class TransferReport
{
    private TransferReport(ProbeReport probe, int seed, int draws) => (Probe, Seed, Draws) = (probe, seed, draws);

    /// <summary>The linear probe of every stage, with all labels. It makes the classifier for an app.</summary>
    public ProbeReport Probe { get; }

    /// <summary>Decided the draws and the weights of untrained encoders.</summary>
    public int Seed { get; }

    /// <summary>Draws of few labels.</summary>
    public int Draws { get; }

    /// <summary>
    /// Up to how many labels of every class no two draws share an image. With more they overlap, and their deviation is too small.
    /// </summary>
    public int DisjointLabels { get; private init; }

    /// <summary>
    /// Number of unlabeled images of the rows <see cref="ProbeRow.Centered"/> and <see cref="LabelEfficiencyLine.PseudoLabeled"/>: those of
    /// <see cref="TransferOptions.Unlabeled"/>, else the training images without their labels. Labels are guessed of at most 2,000 of them.
    /// </summary>
    public int UnlabeledImages { get; private init; }

    /// <summary>Nearest neighbors and collapse figures of raw pixels, untrained encoders and the pretrained one.</summary>
    public IReadOnlyList<TransferRow> Rows { get; private init; } = [];

    /// <summary>Accuracy against labels of every class: frozen features, then whole networks.</summary>
    public IReadOnlyList<LabelEfficiencyLine> LabelEfficiency { get; private init; } = [];

    /// <summary>Whole networks with shares of all labels; empty where <see cref="TransferOptions.FineTuning"/> is null.</summary>
    public IReadOnlyList<FineTuneRow> FineTuning { get; private init; } = [];

    /// <summary>Evaluates an encoder.</summary>
    /// <param name="encoder">The encoder, on the device to compute on. Borrowed; it stays as it is, bit by bit.</param>
    /// <param name="train">Labeled images to learn from.</param>
    /// <param name="test">Labeled images to report on, of the same classes by name.</param>
    /// <param name="options">How to judge; null means the defaults.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellationToken">Stops the evaluation.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, the classes differ, a set is empty, a class has no training image, or the stage is unknown.
    /// </exception>
    /// <exception cref="InvalidDataException">Too many images cannot be read, or all of a class; the message names them.</exception>
    public static TransferReport Evaluate(
        Encoder encoder, ILabeledImageSource train, ILabeledImageSource test, TransferOptions? options = null,
        IProgress<ProbeProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Validate();
        var images = TransferImages.Choose(train, options);
        var probe = LinearProbe.Evaluate(encoder, images.Bank, test, options.Probing, progress, cancellationToken);
        var testSet = LabelRules.Align(test, train);
        var untrained = UntrainedEncoders.Of(encoder, images.Bank, options.BatchSize, options.Workers, progress, cancellationToken);
        var judges = probe.Rows.Where(row => row is { TestAccuracy: not null, Stage: not null }).Select(row => Judge(row.Features, row.Stage!)).ToList();
        var last = judges[^1];
        probe.AddTrainingImages(images.Source, last.Trained!, testSet, last.Tested!);
        var report = new TransferReport(probe, options.Seed, options.Draws)
        {
            Rows = [.. judges.SelectMany(judge => judge.Rows)],
            LabelEfficiency = [.. judges.SelectMany(judge => judge.Lines)],
            UnlabeledImages = last.Unlabeled,
            DisjointLabels = last.Draws!.DisjointLabels,
        };
        return options.FineTuningAlike is { } fineTuning
            ? report.WithWholeNetworks(encoder, images, last, testSet, fineTuning, progress, cancellationToken)
            : report;

        FrozenJudge Judge(string name, string stage)
        {
            var kind = untrained.FirstOrDefault(kind => kind.Name == name);
            var judge = new FrozenJudge(
                name, LayerOf(encoder, stage), kind is null ? 1 : UntrainedEncoders.Count, images, testSet, options, progress, cancellationToken);
            if (kind is null)
                judge.Judge(encoder, 0);
            for (var i = 0; kind is not null && i < UntrainedEncoders.Count; i++)
            {
                using var network = kind.Create(options.Seed + i);
                judge.Judge(network, i);
            }
            return judge;
        }
    }

    /// <summary>Writes all tables as plain text.</summary>
    /// <returns>Lines for a terminal or a log.</returns>
    public string ToTable() => TransferTable.Format(this);

    /// <summary>Writes everything as JSON.</summary>
    /// <returns>The JSON; keys are in snake_case.</returns>
    public string ToJson() => JsonText.Document(new { Probe = Probe.Describe(), Seed, Draws, DisjointLabels, UnlabeledImages, Rows, LabelEfficiency, FineTuning });

    /// <summary>Writes <see cref="ToJson"/> to a file; an existing one is replaced in one step.</summary>
    /// <param name="path">The file; its folder is created if missing.</param>
    public void SaveJson(string path) => JsonText.Save(path, ToJson());

    private TransferReport WithWholeNetworks(
        Encoder encoder, TransferImages images, FrozenJudge judged, ILabeledImageSource testSet, FineTuneOptions options,
        IProgress<ProbeProgress>? progress, CancellationToken cancellationToken)
    {
        var classes = testSet.ClassNames.Count;
        // The images that the frozen features could be read of.
        var bank = new LabeledSubset(images.Source, [.. judged.Trained!.Indices.Where(index => images.IsInBank[index])]);
        var readTest = new LabeledSubset(testSet, judged.Tested!.Indices);
        var trainings = FineTuner.CountTrainings(bank, options)
            + (2 * judged.Counts.Sum(count => NetworkTrial.CountTrainings(options, count * classes, classes, Draws)));
        var plan = new TrainingPlan(progress, trainings, options.Steps);
        var (fineTuned, fromScratch) = (
            NetworkTrial.FineTuned(encoder, readTest, options, plan, cancellationToken),
            NetworkTrial.FromScratch(encoder, readTest, options, plan, cancellationToken));
        return new(Probe, Seed, Draws)
        {
            Rows = Rows,
            DisjointLabels = DisjointLabels,
            UnlabeledImages = UnlabeledImages,
            LabelEfficiency =
            [
                .. LabelEfficiency,
                new(LabelEfficiencyLine.FineTuned, MeasureDraws(fineTuned)),
                new(LabelEfficiencyLine.FromScratch, MeasureDraws(fromScratch)),
            ],
            FineTuning = FineTuner.Evaluate(fineTuned, fromScratch, bank, options),
        };

        IReadOnlyList<LowShotResult> MeasureDraws(NetworkTrial trial) =>
            trial.MeasureDraws(images.Source, judged.Draws!, judged.Trained!.Indices, judged.Counts, Draws);
    }

    private static FeatureLayer LayerOf(Encoder network, string stage) =>
        stage == FeatureLayer.PixelsName ? FeatureLayer.Pixels(network.ImageSize) : FeatureLayer.Find(network, stage);
}
