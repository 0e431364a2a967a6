using SelfSup.Data;
using SelfSup.Files;

namespace SelfSup.Transfer;

/// <summary>What a linear probe measured: a table of baselines and stages, and the classifier of its last line.</summary>
public sealed class ProbeReport
{
    private readonly LinearHead head;

    internal ProbeReport(
        Encoder encoder,
        LinearProbeOptions options,
        IReadOnlyList<ProbeRow> rows,
        ConfusionMatrix confusion,
        ProbeFit fit,
        string fingerprint)
    {
        head = fit.Head;
        (Architecture, ImageSize, EncoderFingerprint) = (encoder.Architecture, encoder.ImageSize, fingerprint);
        (Seed, ValidationShare, Solver, PseudoLabels) = (options.Seed, options.ValidationShare, options.Solver, options.PseudoLabels);
        Strengths = [.. options.Strengths.Order()];
        (Rows, Confusion, TrainImages) = (rows, confusion, fit.Images.Indices.Length);
        Best = rows.Single(row => row is { Features: ProbeRow.Pretrained, TestAccuracy: not null });
    }

    /// <summary>The encoder's architecture.</summary>
    public string Architecture { get; }

    /// <summary>Side of the images in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>SHA-256 of the encoder's parameters and buffers, the same before and after the probe.</summary>
    public string EncoderFingerprint { get; }

    /// <summary>Number of labeled images that the probe was fitted on.</summary>
    public int TrainImages { get; }

    /// <summary>Number of images that it was tested on.</summary>
    public int TestImages => Confusion.Count;

    /// <summary>Images that could not be read and were left out, with the reason: those to learn from, the test images, then the unlabeled ones.</summary>
    public IReadOnlyList<ImageFailure> Failures { get; internal set; } = [];

    /// <summary>Where the training images come from, and what was left out there.</summary>
    public required string TrainSource { get; init; }

    /// <summary>Where the test images come from, and what was left out there.</summary>
    public required string TestSource { get; init; }

    /// <summary>Number of unlabeled images whose mean centered the features; 0 where labeled ones standardized them.</summary>
    public int UnlabeledImages { get; init; }

    /// <summary>Where the unlabeled images come from; null without any.</summary>
    public string? UnlabeledSource { get; init; }

    /// <summary>Whether guessed labels of unlabeled images were learned from too.</summary>
    public bool PseudoLabels { get; }

    /// <summary>
    /// Test images with the very pixels of a training image, at the size at which the encoder sees them: they make results too good. In a
    /// <see cref="TransferReport"/> those that few labels are drawn from are training images too.
    /// </summary>
    public IReadOnlyList<DuplicateImage> Duplicates { get; internal set; } = [];

    /// <summary>Decided which labels were held out, and the random weights.</summary>
    public int Seed { get; }

    /// <summary>Share of the training labels held out to choose on.</summary>
    public double ValidationShare { get; }

    /// <summary>What fitted the classifiers.</summary>
    public ProbeSolver Solver { get; }

    /// <summary>The L2 strengths that were tried, ascending.</summary>
    public IReadOnlyList<double> Strengths { get; }

    /// <summary>The table: the baselines, then every stage of the pretrained encoder.</summary>
    public IReadOnlyList<ProbeRow> Rows { get; }

    /// <summary>The pretrained encoder's row at the chosen stage.</summary>
    public ProbeRow Best { get; }

    /// <summary>Test accuracy of always answering the most frequent class of the training images, 0..1; NaN without baselines.</summary>
    public double Chance => Rows.FirstOrDefault(row => row.Features == ProbeRow.Chance)?.TestAccuracy ?? double.NaN;

    /// <summary>The answers of the chosen probe of the pretrained encoder on the test images.</summary>
    public ConfusionMatrix Confusion { get; }

    /// <summary>Makes the evaluated probe usable by an app, without fitting it again.</summary>
    /// <param name="encoder">The encoder that was evaluated. Copied.</param>
    /// <returns>The classifier behind <see cref="Best"/>, owned by the caller.</returns>
    /// <exception cref="ArgumentException">It is another encoder, or it was trained since.</exception>
    public ImageClassifier CreateClassifier(Encoder encoder) =>
        WeightsFingerprint.Of(encoder) == EncoderFingerprint
            ? new ImageClassifier(encoder.Copy(), head)
            : throw new ArgumentException("This is not the encoder that was evaluated, or it was trained since.", nameof(encoder));

    /// <summary>Writes the table as plain text.</summary>
    /// <returns>Lines for a terminal or a log, with what was chosen on what below the table.</returns>
    public string ToTable() => ProbeTable.Format(this);

    /// <summary>Writes everything but the classifier as JSON.</summary>
    /// <returns>The JSON; keys are in snake_case.</returns>
    public string ToJson() => JsonText.Document(Describe());

    /// <summary>Writes <see cref="ToJson"/> to a file; an existing one is replaced in one step.</summary>
    /// <param name="path">The file; its folder is created if missing.</param>
    public void SaveJson(string path) => JsonText.Save(path, ToJson());

    /// <summary>Counts more images as training images, those that few labels are drawn from.</summary>
    /// <param name="train">These and the probe's own.</param>
    /// <param name="trained">Which of them could be read.</param>
    /// <param name="test">The test images.</param>
    /// <param name="tested">Which of these could be read.</param>
    internal void AddTrainingImages(IImageSource train, ReadImages trained, IImageSource test, ReadImages tested)
    {
        Duplicates = DuplicateImage.Find(train, trained, test, tested);
        Failures = [.. Failures, .. trained.Failures.Except(Failures)];
    }

    /// <summary>Everything but the classifier, for a JSON writer.</summary>
    internal object Describe() => new
    {
        Architecture,
        ImageSize,
        EncoderFingerprint,
        TrainImages,
        TestImages,
        UnreadableImages = Failures,
        TrainSource,
        TestSource,
        UnlabeledImages,
        UnlabeledSource,
        PseudoLabels,
        DuplicateTestImages = Duplicates.Count,
        Duplicates,
        Seed,
        ValidationShare,
        Solver = Solver.ToString().ToLowerInvariant(),
        Strengths,
        Rows,
        Best,
        Classes = Confusion.ClassNames.Select((name, label) =>
            new { Name = name, TestImages = Confusion.CountOf(label), Accuracy = Confusion.AccuracyOf(label) }),
        Confusion = Confusion.Rows,
    };
}
