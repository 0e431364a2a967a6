using SelfSup.Data;

namespace SelfSup.Transfer;

/// <summary>Trains whole networks with few labels: from the pretrained weights, and from fresh ones beside them.</summary>
/// <remarks>
/// As in Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", 2020, https://arxiv.org/abs/2002.05709: SGD
/// with Nesterov momentum and no weight decay on all layers. Both networks get the same labels, steps and choice of learning rates, and
/// each is tested once.
/// </remarks>
public static class FineTuner
{
    /// <summary>Fine-tunes copies of an encoder, and trains fresh networks of its architecture with the same labels.</summary>
    /// <param name="encoder">The encoder, on the device to compute on. Copied; it stays as it is.</param>
    /// <param name="train">Labeled images to learn from.</param>
    /// <param name="test">Labeled images to report on, of the same classes by name.</param>
    /// <param name="options">How to train; null means the defaults.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellationToken">Asked before every step.</param>
    /// <returns>A row for each number of labels that the shares come to.</returns>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, the classes differ, a set is empty, or a class has no training image.
    /// </exception>
    /// <exception cref="InvalidDataException">Too many images cannot be read, or all of a class; the message names them.</exception>
    public static IReadOnlyList<FineTuneRow> Evaluate(
        Encoder encoder, ILabeledImageSource train, ILabeledImageSource test, FineTuneOptions? options = null,
        IProgress<ProbeProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Validate();
        LabelRules.Check(train);
        var testSet = LabelRules.Align(test, train);
        return EvaluateReadable(encoder, Read(train, "training"), Read(testSet, "test"), options, progress, cancellationToken);

        ILabeledImageSource Read(ILabeledImageSource source, string what) =>
            ReadableImages.Of(source, what, encoder.ImageSize, options.Workers, progress, cancellationToken);
    }

    /// <summary>
    /// Trains a classifier for an app as a whole: it starts as the frozen one, the encoder with a linear layer fitted on its last stage, and
    /// ends after as many epochs as held-out labels choose, none included. Under ten labels a class none can be held out: it then starts from the
    /// stage that serves a linear layer best, is trained more gently, and ends halfway between the frozen classifier and the trained one.
    /// </summary>
    /// <param name="encoder">The encoder, on the device to compute on. Copied; it stays as it is.</param>
    /// <param name="labeled">Labeled images.</param>
    /// <param name="recipe">How to train; null means the defaults.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellationToken">Asked before every step.</param>
    /// <returns>The classifier, saved and exported like any other; owned by the caller.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, or a class has no image.</exception>
    /// <exception cref="InvalidOperationException">The training diverged: its learning rate is too high.</exception>
    /// <exception cref="InvalidDataException">Too many images cannot be read, or all of a class; the message names them.</exception>
    public static ImageClassifier Fit(
        Encoder encoder, ILabeledImageSource labeled, ClassifierRecipe? recipe = null,
        IProgress<ProbeProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        recipe ??= new();
        recipe.Validate();
        LabelRules.Check(labeled);
        var readable = ReadableImages.Of(labeled, "labeled", encoder.ImageSize, recipe.Workers, progress, cancellationToken);
        return new ClassifierFit(encoder, recipe.For(readable.Count, readable.ClassNames.Count), progress, cancellationToken).Run(readable);
    }

    /// <summary>Evaluates on images that can all be read, the test images with the labels of the training images.</summary>
    private static IReadOnlyList<FineTuneRow> EvaluateReadable(
        Encoder encoder, ILabeledImageSource train, ILabeledImageSource testSet, FineTuneOptions options,
        IProgress<ProbeProgress>? progress, CancellationToken cancellationToken)
    {
        var plan = new TrainingPlan(progress, CountTrainings(train, options), options.Steps);
        return Evaluate(
            NetworkTrial.FineTuned(encoder, testSet, options, plan, cancellationToken),
            NetworkTrial.FromScratch(encoder, testSet, options, plan, cancellationToken), train, options);
    }

    /// <summary>Counts the networks that an evaluation trains.</summary>
    internal static int CountTrainings(ILabeledImageSource train, FineTuneOptions options) =>
        2 * CountLabels(train, options).Sum(labels => NetworkTrial.CountTrainings(options, labels, train.ClassNames.Count));

    /// <summary>Trains with shares of the labels.</summary>
    internal static IReadOnlyList<FineTuneRow> Evaluate(
        NetworkTrial pretrained, NetworkTrial fresh, ILabeledImageSource train, FineTuneOptions options) =>
    [
        .. CountLabels(train, options).Select(count =>
        {
            var labeled = LabeledSubset.Stratified(train, count, options.Seed);
            return new FineTuneRow(count, pretrained.Measure(labeled), fresh.Measure(labeled));
        }),
    ];

    // Small shares of few labels may all come to one label a class.
    private static IEnumerable<int> CountLabels(ILabeledImageSource train, FineTuneOptions options) => options.Shares
        .Select(share => Math.Clamp((int)Math.Round(share * train.Count), train.ClassNames.Count, train.Count)).Distinct();
}

/// <summary>Test accuracies with some of the labels.</summary>
/// <param name="Labels">Labeled images in all.</param>
/// <param name="Pretrained">Test accuracy from the pretrained weights, 0..1.</param>
/// <param name="FromScratch">Test accuracy from fresh weights, 0..1.</param>
public sealed record FineTuneRow(int Labels, double Pretrained, double FromScratch);
