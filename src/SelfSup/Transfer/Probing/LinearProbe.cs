using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;

namespace SelfSup.Transfer;

/// <summary>Measures what a frozen encoder has learned: a linear classifier on its features, with few labels.</summary>
/// <remarks>
/// The classifier is an L2-regularized multinomial logistic regression on features standardized by the training images, or centered by
/// unlabeled ones (<see cref="LinearProbeOptions.Unlabeled"/>). It is fitted to its minimum by L-BFGS: convex and deterministic, without a
/// learning rate to tune (<see cref="ProbeSolver"/> has another way).
/// Images are not augmented, BatchNorm is frozen, and the encoder's parameters and buffers stay as they are, bit by bit.
/// <para>
/// Stage and L2 strength are chosen on a stratified, held-out part of the training labels, then refitted on all of them. Test
/// images are read once a row of the table, after every choice.
/// </para>
/// </remarks>
public static class LinearProbe
{
    /// <summary>
    /// Probes an encoder, and beside it chance, raw pixels, and the same architecture with random weights, as they are and with BatchNorm's
    /// statistics of the training images, several of each.
    /// </summary>
    /// <param name="encoder">The encoder, on the device to compute on. Borrowed.</param>
    /// <param name="train">Labeled images to fit and to choose on.</param>
    /// <param name="test">Labeled images to report on, of the same classes by name.</param>
    /// <param name="options">How to fit; null means the defaults.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellationToken">Stops the evaluation.</param>
    /// <returns>The table, the confusion matrix and the fitted classifier.</returns>
    /// <exception cref="ArgumentException">
    /// The classes differ, a set is empty, a class has no training image, the labels are too few, or a stage is unknown.
    /// </exception>
    /// <exception cref="InvalidDataException">Too many images cannot be read, or all of a class; the message names them.</exception>
    public static ProbeReport Evaluate(
        Encoder encoder,
        ILabeledImageSource train,
        ILabeledImageSource test,
        LinearProbeOptions? options = null,
        IProgress<ProbeProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Validate();
        LabelRules.Check(train);
        var testSet = LabelRules.Align(test, train);
        var layers = ChooseLayers(encoder, options);
        var trials = new ProbeTrials(train, testSet, options, progress, cancellationToken);
        var fingerprint = WeightsFingerprint.Of(encoder);
        if (options.Baselines)
        {
            trials.Probe(ProbeRow.RawPixels, encoder, [FeatureLayer.Pixels(encoder.ImageSize)]);
            foreach (var kind in UntrainedEncoders.Of(encoder, train, options.BatchSize, options.Workers, progress, cancellationToken))
                trials.Probe(kind, layers);
        }
        var (fit, confusion, tested) = trials.Probe(ProbeRow.Pretrained, encoder, layers);
        if (WeightsFingerprint.Of(encoder) != fingerprint)
            throw new InvalidOperationException($"The encoder '{encoder.Architecture}' changed its own weights in evaluation mode.");
        IReadOnlyList<ProbeRow> rows = options.Baselines ? [MeasureChance(fit.Images.Indices.Select(train.LabelOf), confusion), .. trials.Rows] : trials.Rows;
        return new ProbeReport(encoder, options, rows, confusion, fit, fingerprint)
        {
            Failures =
            [
                .. train.Failures, .. fit.Images.Failures, .. test.Failures, .. tested.Failures,
                .. options.Unlabeled?.Failures ?? [], .. fit.Unlabeled?.Failures ?? [],
            ],
            TrainSource = train.Description,
            TestSource = test.Description,
            UnlabeledImages = fit.Unlabeled?.Indices.Length ?? 0,
            UnlabeledSource = options.Unlabeled?.Description,
            Duplicates = DuplicateImage.Find(train, fit.Images, test, tested),
        };
    }

    /// <summary>Fits a classifier for an app: the encoder as it is, and the best linear layer that the labels allow.</summary>
    /// <remarks>With few labels, give unlabeled images too, by <see cref="LinearProbeOptions.Unlabeled"/>.</remarks>
    /// <param name="encoder">The encoder, on the device to compute on. Copied.</param>
    /// <param name="labeled">Labeled images.</param>
    /// <param name="options">How to fit; null means the defaults.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellationToken">Stops the fit.</param>
    /// <returns>The classifier with its own copy of the encoder, owned by the caller.</returns>
    /// <exception cref="ArgumentException">
    /// A class has no image, the labels are too few, or a stage is unknown.
    /// </exception>
    /// <exception cref="InvalidDataException">Too many images cannot be read, or all of a class; the message names them.</exception>
    public static ImageClassifier Fit(
        Encoder encoder,
        ILabeledImageSource labeled,
        LinearProbeOptions? options = null,
        IProgress<ProbeProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Validate();
        LabelRules.Check(labeled);
        var fit = new ProbeSearch(labeled, options, progress, cancellationToken).Run("probe", encoder, ChooseLayers(encoder, options));
        return new ImageClassifier(encoder.Copy(), fit.Head);
    }

    private static IReadOnlyList<FeatureLayer> ChooseLayers(Encoder encoder, LinearProbeOptions options) =>
        options.Stage is null ? FeatureLayer.ListOf(encoder) : [FeatureLayer.Find(encoder, options.Stage)];

    private static ProbeRow MeasureChance(IEnumerable<int> trainLabels, ConfusionMatrix test)
    {
        var frequent = trainLabels.CountBy(label => label).OrderBy(pair => pair.Key).MaxBy(pair => pair.Value).Key;
        return new(ProbeRow.Chance, null, 0, null, null, (double)test.CountOf(frequent) / test.Count);
    }
}
