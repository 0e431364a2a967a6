using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Runtime;

namespace SelfSup.Transfer;

/// <summary>How <see cref="FineTuner.Fit"/> trains a classifier as a whole.</summary>
public sealed record ClassifierRecipe
{
    private const int UsualSteps = 300;
    private const int FewLabelsAClass = 10;

    /// <summary>
    /// Passes over the labeled images, at least 1; fewer where held-out labels say so. Null, the default, is as many as make 300 steps.
    /// </summary>
    public int? Epochs { get; init; }

    /// <summary>Images a step, at least 2; all of them where there are fewer. The default is 32.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>
    /// What share of its own size a parameter of the last layers changes by in the first steps, above 0; it falls along a cosine. So layers
    /// learn alike, whatever range their inputs and weights are in. Null, the default, is 0.003, and 0.001 under ten labels a class.
    /// </summary>
    public double? LearningRate { get; init; }

    /// <summary>
    /// Share of the frozen classifier's weights in those of the trained one, in [0, 1]; the rest are those that training ended with. Between the
    /// two lie networks that answer better than either. Null, the default, is 0, and 0.5 under ten labels a class. Wortsman et al., "Robust
    /// fine-tuning of zero-shot models", 2022, https://arxiv.org/abs/2109.01903.
    /// </summary>
    public double? FrozenShare { get; init; }

    /// <summary>
    /// Learning rate of the first layer as a share of the last one's, above 0 and at most 1; those between lie evenly on a logarithmic scale.
    /// The default is 0.1: what first layers see is alike in all photos.
    /// </summary>
    public double FirstLayerShare { get; init; } = 0.1;

    /// <summary>
    /// Probability that an image is laid over another one of its step, labels alike, with shares of the beta distribution of 1/2; in [0, 1].
    /// The default is 0.5. Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2018, https://arxiv.org/abs/1710.09412.
    /// </summary>
    public double Mixup { get; init; } = 0.5;

    /// <summary>Whether a class counts as much as any other, however many images it has. The default is true.</summary>
    public bool BalanceClasses { get; init; } = true;

    /// <summary>How the training images are varied. By default they are cropped to half their area or more, and mirrored.</summary>
    public Augmentation Augmentation { get; init; } = new() { MinimumArea = 0.5 };

    /// <summary>
    /// Share of every class's labels held out to choose the number of epochs on, in [0, 1); with it and with that number all labels are then
    /// trained on. 0 trains all epochs. Under ten labels a class none are held out. The default is 0.2.
    /// </summary>
    public double HeldOutShare { get; init; } = 0.2;

    /// <summary>
    /// The choice ends after so many epochs in a row whose loss on the held-out labels is above the lowest by more than its standard error;
    /// at least 1. The default is 4.
    /// </summary>
    public int Patience { get; init; } = 4;

    /// <summary>
    /// Images such as the classifier will see, whose labels are not looked at: the linear layer that training starts from reads features
    /// centered by their mean and of one length, as <see cref="LinearProbeOptions.Unlabeled"/> has it, and one label a class is enough. The
    /// default, null, standardizes features by the labeled images.
    /// </summary>
    public IImageSource? Unlabeled { get; init; }

    /// <summary>Decides the held-out labels, the order of the images and how they are varied. The default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>Threads that read images, at least 1. The default is the number of processors.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether there are so few labels that none can be held out.</summary>
    internal static bool HasFewLabels(int images, int classes) => images < FewLabelsAClass * classes;

    /// <summary>The recipe with what null stands for.</summary>
    internal ClassifierRecipe For(int images, int classes)
    {
        var isFew = HasFewLabels(images, classes);
        return this with { LearningRate = LearningRate ?? (isFew ? 0.001 : 0.003), FrozenShare = FrozenShare ?? (isFew ? 0.5 : 0) };
    }

    /// <summary>Passes over so many images.</summary>
    internal int EpochsFor(int images) => Epochs ?? Math.Max(1, (int)Math.Round((double)UsualSteps / Math.Max(1, images / BatchSize)));

    internal void Validate()
    {
        this.Require(Epochs is null or >= 1, Epochs, "null or at least 1");
        this.Require(BatchSize >= 2, BatchSize, "at least 2");
        this.Require(LearningRate is null or (> 0 and < double.PositiveInfinity), LearningRate, "null or above 0");
        this.Require(FrozenShare is null or (>= 0 and <= 1), FrozenShare, "null or in [0, 1]");
        this.Require(FirstLayerShare is > 0 and <= 1, FirstLayerShare, "in (0, 1]");
        this.Require(Mixup is >= 0 and <= 1, Mixup, "in [0, 1]");
        this.Require(HeldOutShare is >= 0 and < 1, HeldOutShare, "in [0, 1)");
        this.Require(Patience >= 1, Patience, "at least 1");
        this.Require(Workers >= 1, Workers, "at least 1");
        this.Require(Unlabeled is not { Count: 0 }, "without images", "null or a source with images", nameof(Unlabeled));
        Augmentation.Validate();
    }
}
