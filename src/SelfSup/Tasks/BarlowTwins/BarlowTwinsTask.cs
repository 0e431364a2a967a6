using SelfSup.Augmentations;
using SelfSup.Optimization;
using SelfSup.Previews;

namespace SelfSup.Tasks;

/// <summary>Asks for features that are the same in two views of an image, and of which no two say the same.</summary>
/// <remarks>
/// Zbontar et al., "Barlow Twins: Self-Supervised Learning via Redundancy Reduction", 2021, https://arxiv.org/abs/2103.03230. What differs:
/// the projector is smaller and has two layers, the loss is scaled by 0.1 and trained by SGD in place of LARS, for small batches. The
/// statistics of correlations are the batch's: below 64 images they are noise.
/// </remarks>
public sealed class BarlowTwinsTask : PretextTask<PretextBatch, BarlowTwinsModel>
{
    private readonly BarlowTwinsOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public BarlowTwinsTask(BarlowTwinsOptions? options = null)
        : base("barlow-twins")
    {
        this.options = options ?? new BarlowTwinsOptions();
        this.options.Validate();
    }

    /// <summary>BYOL's two views, the first blurred, the second solarized at times.</summary>
    public override IReadOnlyList<View> Views { get; } = [new(JointAugmentations.ByolFirst), new(JointAugmentations.ByolSecond)];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <summary>SGD without Nesterov's step at 0.03 for batches of 64, in proportion for others.</summary>
    public override TrainingRecipe Recipe { get; } = TrainingRecipe.Default with { Optimizer = new Sgd { Nesterov = false }, LearningRate = 0.03, ReferenceBatchSize = 64 };

    /// <inheritdoc/>
    public override PretextBatch Generate(PretextInput input, RandomSource random) => JointViews.BatchOf(input, Name);

    /// <inheritdoc/>
    public override BarlowTwinsModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, options);

    /// <summary>Draws both views of every image; with a model, how alike they are to it.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(PretextBatch batch, BarlowTwinsModel? model) => JointViews.Draw(
        batch, "Each feature must be the same in both, and no two features may say the same.", model is null ? null : model.Project);
}
