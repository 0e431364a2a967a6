using System.Text;
using System.Text.Json;
using SelfSup.Data;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>
/// Judges a frozen encoder without tuning anything: nearest neighbours on all labels, logistic regression on few, beside raw pixels and
/// random weights. <see cref="LinearProbe"/> is the test with all labels.
/// </summary>
public sealed class TransferReport
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private TransferReport(Encoder encoder, TransferOptions options, double chance, int train, int test, IReadOnlyList<TransferRow> rows) =>
        (Architecture, ImageSize, Stage, Seed, Draws, Chance, TrainImages, TestImages, Rows) =
        (encoder.Architecture, encoder.ImageSize, options.Stage, options.Seed, options.Draws, chance, train, test, rows);

    /// <summary>The encoder's architecture.</summary>
    public string Architecture { get; }

    /// <summary>Side of the images in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>The stage whose features were judged.</summary>
    public string Stage { get; }

    /// <summary>Decided the draws and the random weights.</summary>
    public int Seed { get; }

    /// <summary>Draws of few labels.</summary>
    public int Draws { get; }

    /// <summary>Test accuracy of always answering the most frequent class of the training images, 0..1.</summary>
    public double Chance { get; }

    /// <summary>Labelled images that could be read.</summary>
    public int TrainImages { get; }

    /// <summary>Test images that could be read.</summary>
    public int TestImages { get; }

    /// <summary>Raw pixels, random weights and the pretrained encoder.</summary>
    public IReadOnlyList<TransferRow> Rows { get; }

    /// <summary>Evaluates an encoder.</summary>
    /// <param name="encoder">The encoder, on the device to compute on. Borrowed; it stays as it is, bit by bit.</param>
    /// <param name="train">Labelled images to learn from.</param>
    /// <param name="test">Labelled images to report on, of the same classes by name.</param>
    /// <param name="options">How to judge; null means the defaults.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellationToken">Stops the evaluation.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, the classes differ, a set is empty, or the stage or architecture is unknown.
    /// </exception>
    public static TransferReport Evaluate(
        Encoder encoder, ILabeledImageSource train, ILabeledImageSource test, TransferOptions? options = null,
        IProgress<ProbeProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Validate();
        LabelRules.Check(train);
        var toTrainLabel = LabelRules.Match(train, test);
        var layer = FeatureLayer.Find(encoder, options.Stage);
        using var random = EncoderTwin.CreateFresh(encoder, options.Seed, options.CreateEncoder);
        var rows = new List<TransferRow>();
        var (trained, tested, chance) = (0, 0, 0.0);
        foreach (var (name, judged, read) in new[]
        {
            (ProbeRow.RawPixels, encoder, FeatureLayer.Pixels(encoder.ImageSize)),
            (ProbeRow.RandomWeights, random, layer),
            (ProbeRow.Pretrained, encoder, layer),
        })
        {
            using var known = Extract($"{name}: reading training images", judged, read, train, label => label);
            using var asked = Extract($"{name}: reading test images", judged, read, test, label => toTrainLabel[label]);
            rows.Add(Judge(name, known, asked));
            var frequent = known.Labels.CountBy(label => label).OrderBy(pair => pair.Key).MaxBy(pair => pair.Value).Key;
            (trained, tested, chance) = (known.Labels.Length, asked.Labels.Length, asked.AccuracyOf(asked.Labels.Select(_ => frequent)));
        }
        return new(encoder, options, chance, trained, tested, rows);

        LabeledFeatures Extract(string step, Encoder judged, FeatureLayer read, ILabeledImageSource source, Func<int, int> translate)
        {
            using var set = FeatureExtractor.Extract(
                judged, source, [read], options.BatchSize, options.Workers, new StepProgress(progress, step, source.Count), cancellationToken);
            return new(set.Take(read.Name), [.. set.Indices.Select(index => translate(source.LabelOf(index)))]);
        }

        TransferRow Judge(string name, LabeledFeatures known, LabeledFeatures asked)
        {
            progress?.Report(new($"{name}: judging", rows.Count + 1, 3));
            using var neighbours = new KnnClassifier(known.Features, known.Labels, train.ClassNames.Count);
            return new(
                name, (int)known.Features.shape[1],
                asked.AccuracyOf(neighbours.Predict(asked.Features, 20, 0.07)),
                asked.AccuracyOf(neighbours.Predict(asked.Features, 200, 0.1)),
                LowShot.Measure(known, asked, train.ClassNames.Count, options.LabelsPerClass, options.Draws, options.Seed, cancellationToken),
                FeatureSpread.Of(asked.Features));
        }
    }

    /// <summary>Writes the tables as plain text.</summary>
    /// <returns>Lines for a terminal or a log.</returns>
    public string ToTable() => TransferTable.Format(this);

    /// <summary>Writes everything as JSON.</summary>
    /// <returns>The JSON; keys are in snake_case.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Writes <see cref="ToJson"/> to a file; an existing one is replaced in one step.</summary>
    /// <param name="path">The file; its folder is created if missing.</param>
    public void SaveJson(string path)
    {
        var text = Encoding.UTF8.GetBytes(ToJson() + "\n");
        AtomicFile.Write(path, stream => stream.Write(text));
    }
}
