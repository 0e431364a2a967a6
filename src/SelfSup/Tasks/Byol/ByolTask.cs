using SelfSup.Augmentations;
using SelfSup.Optimization;
using SelfSup.Previews;

namespace SelfSup.Tasks;

/// <summary>Asks a network to foretell what an averaged copy of it, the teacher, makes of another view of an image.</summary>
/// <remarks>
/// Grill et al., "Bootstrap Your Own Latent: A New Approach to Self-Supervised Learning", 2020, https://arxiv.org/abs/2006.07733. The loss is
/// the sum of both directions, in 0..8. The teacher runs on the batch's statistics, and the trained encoder is the one to keep. What
/// differs: smaller heads, SGD in place of LARS, and a faster teacher, for small batches and short runs.
/// </remarks>
public sealed class ByolTask : PretextTask<PretextBatch, ByolModel>
{
    private readonly ByolOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public ByolTask(ByolOptions? options = null)
        : base("byol")
    {
        this.options = options ?? new ByolOptions();
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
    public override ByolModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, options);

    /// <summary>Draws both views of every image; with a model, how alike they are to it.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(PretextBatch batch, ByolModel? model) => JointViews.Draw(
        batch, "From the features of either, the teacher's of the other must be foretold.", model is null ? null : model.Project);
}
