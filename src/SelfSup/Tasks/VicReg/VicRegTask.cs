using SelfSup.Augmentations;
using SelfSup.Optimization;
using SelfSup.Previews;

namespace SelfSup.Tasks;

/// <summary>Asks for features that agree in two views of an image, differ from image to image, and do not repeat one another.</summary>
/// <remarks>
/// Bardes, Ponce and LeCun, "VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning", 2021,
/// https://arxiv.org/abs/2105.04906. What differs: the projector is smaller and has two layers, and SGD takes the place of LARS, for small
/// batches; the views are BYOL's unequal pair, as in the authors' code, where the paper draws both alike. Variances and covariances are
/// the batch's: below 64 images they are noise.
/// </remarks>
public sealed class VicRegTask : PretextTask<PretextBatch, VicRegModel>
{
    private readonly VicRegOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public VicRegTask(VicRegOptions? options = null)
        : base("vicreg")
    {
        this.options = options ?? new VicRegOptions();
        this.options.Validate();
    }

    /// <summary>BYOL's two views, the first blurred, the second solarized at times.</summary>
    public override IReadOnlyList<View> Views { get; } = [new(JointAugmentations.ByolFirst), new(JointAugmentations.ByolSecond)];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <summary>
    /// SGD without Nesterov's step at 0.015 for batches of 64, in proportion for others. Gradients are clipped, as the squares
    /// of covariances can run away.
    /// </summary>
    public override TrainingRecipe Recipe { get; } =
        TrainingRecipe.Default with { Optimizer = new Sgd { Nesterov = false }, LearningRate = 0.015, ReferenceBatchSize = 64, ClipGradientNorm = 20 };

    /// <inheritdoc/>
    public override PretextBatch Generate(PretextInput input, RandomSource random) => JointViews.BatchOf(input, Name);

    /// <inheritdoc/>
    public override VicRegModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, options);

    /// <summary>Draws both views of every image; with a model, how alike they are to it.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(PretextBatch batch, VicRegModel? model) => JointViews.Draw(
        batch, "The features of both must agree, differ from those of other images, and not repeat one another.", model is null ? null : model.Project);
}
