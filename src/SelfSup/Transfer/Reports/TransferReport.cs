using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;

namespace SelfSup.Transfer;

/// <summary>
/// Judges an encoder by all that is customary: a linear probe of every stage, nearest neighbors, few labels, and whole networks trained
/// from it, beside chance, raw pixels, random weights and the same networks trained from scratch with the same labels.
/// </summary>
public sealed class TransferReport
{
    private TransferReport(
        ProbeReport probe, TransferOptions options, IReadOnlyList<TransferRow> rows, IReadOnlyList<LabelEfficiencyLine> labelEfficiency,
        IReadOnlyList<FineTuneRow> fineTuning) =>
        (Probe, Seed, Draws, Rows, LabelEfficiency, FineTuning) =
        (probe, options.Seed, options.Draws, rows, labelEfficiency, fineTuning);

    /// <summary>The linear probe of every stage, with all labels. It makes the classifier for an app.</summary>
    public ProbeReport Probe { get; }

    /// <summary>Decided the draws and the random weights.</summary>
    public int Seed { get; }

    /// <summary>Draws of few labels.</summary>
    public int Draws { get; }

    /// <summary>Nearest neighbors and collapse figures of raw pixels, random weights and the pretrained encoder.</summary>
    public IReadOnlyList<TransferRow> Rows { get; }

    /// <summary>Accuracy against labels of every class: frozen features, then whole networks.</summary>
    public IReadOnlyList<LabelEfficiencyLine> LabelEfficiency { get; }

    /// <summary>Whole networks with shares of all labels; empty where <see cref="TransferOptions.FineTuning"/> is null.</summary>
    public IReadOnlyList<FineTuneRow> FineTuning { get; }

    /// <summary>Evaluates an encoder.</summary>
    /// <param name="encoder">The encoder, on the device to compute on. Borrowed; it stays as it is, bit by bit.</param>
    /// <param name="train">Labeled images to learn from.</param>
    /// <param name="test">Labeled images to report on, of the same classes by name.</param>
    /// <param name="options">How to judge; null means the defaults.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellationToken">Stops the evaluation.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, the classes differ, a set is empty, or the stage is unknown.
    /// </exception>
    public static TransferReport Evaluate(
        Encoder encoder, ILabeledImageSource train, ILabeledImageSource test, TransferOptions? options = null,
        IProgress<ProbeProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Validate();
        var probe = LinearProbe.Evaluate(encoder, train, test, options.Probing, progress, cancellationToken);
        var testSet = LabelRules.Align(test, train);
        using var random = EncoderTwin.CreateUntrained(encoder, options.Seed);
        var rows = new List<TransferRow>();
        var lines = new List<LabelEfficiencyLine>();
        IReadOnlyList<int> readable = [], labels = [], counts = [];
        foreach (var (name, network) in new[] { (ProbeRow.RawPixels, encoder), (ProbeRow.RandomWeights, random), (ProbeRow.Pretrained, encoder) })
        {
            var layer = LayerOf(network, probe.Rows.Single(row => row.Features == name && row.TestAccuracy is not null).Stage!);
            using var bank = Extract("training", name, network, layer, train);
            using var queries = Extract("test", name, network, layer, testSet);
            (readable, labels) = (bank.Indices, bank.Labels);
            counts = [.. options.LabelsPerClass.Order().Where(count => count <= labels.CountBy(label => label).Min(pair => pair.Value))];
            progress?.Report(new($"{name}: judging", rows.Count + 1, 3));
            using var neighbors = new KnnClassifier(bank.Features, bank.Labels, train.ClassNames.Count);
            rows.Add(new(
                name, layer.Name, layer.Length,
                queries.AccuracyOf(neighbors.Predict(queries.Features, 20, 0.07)),
                queries.AccuracyOf(neighbors.Predict(queries.Features, 200, 0.1)),
                FeatureSpread.Of(queries.Features)));
            lines.Add(new(name, LowShot.Measure(
                bank, queries, train.ClassNames.Count, counts, options.Draws, options.Seed, cancellationToken)));
        }
        if (options.FineTuningAlike is not { } fineTuning)
            return new(probe, options, rows, lines, []);

        var (fineTuned, fromScratch) = (
            NetworkTrial.FineTuned(encoder, testSet, fineTuning, progress, cancellationToken),
            NetworkTrial.FromScratch(encoder, testSet, fineTuning, progress, cancellationToken));
        lines.Add(new(LabelEfficiencyLine.FineTuned, fineTuned.MeasureDraws(train, readable, labels, counts, options.Draws)));
        lines.Add(new(LabelEfficiencyLine.FromScratch, fromScratch.MeasureDraws(train, readable, labels, counts, options.Draws)));
        return new(probe, options, rows, lines, FineTuner.Evaluate(encoder, train, test, fineTuning, progress, cancellationToken));

        LabeledFeatures Extract(string what, string name, Encoder network, FeatureLayer layer, ILabeledImageSource source) =>
            LabeledFeatures.Extract(
                network, source, layer, options.BatchSize, options.Workers,
                new StepProgress(progress, $"{name}: reading {what} images", source.Count), cancellationToken);
    }

    /// <summary>Writes all tables as plain text.</summary>
    /// <returns>Lines for a terminal or a log.</returns>
    public string ToTable() => TransferTable.Format(this);

    /// <summary>Writes everything as JSON.</summary>
    /// <returns>The JSON; keys are in snake_case.</returns>
    public string ToJson() => JsonText.Document(new { Probe = Probe.Describe(), Seed, Draws, Rows, LabelEfficiency, FineTuning });

    /// <summary>Writes <see cref="ToJson"/> to a file; an existing one is replaced in one step.</summary>
    /// <param name="path">The file; its folder is created if missing.</param>
    public void SaveJson(string path) => JsonText.Save(path, ToJson());

    private static FeatureLayer LayerOf(Encoder network, string stage) =>
        stage == FeatureLayer.PixelsName ? FeatureLayer.Pixels(network.ImageSize) : FeatureLayer.Find(network, stage);
}
