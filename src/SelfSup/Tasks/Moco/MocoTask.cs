using SelfSup.Augmentations;
using SelfSup.Optimization;
using SelfSup.Previews;

namespace SelfSup.Tasks;

/// <summary>Asks a view of an image for what an averaged copy of the network makes of the other view, among what it made of other images.</summary>
/// <remarks>
/// Chen, Fan, Girshick and He, "Improved Baselines with Momentum Contrastive Learning" (MoCo v2), 2020, https://arxiv.org/abs/2003.04297,
/// and as an option Chen, Xie and He, "An Empirical Study of Training Self-Supervised Vision Transformers" (MoCo v3), 2021,
/// https://arxiv.org/abs/2104.02057. Deviations of version 2: every view is query and key in turn; batch normalization is that of the whole
/// batch, without the shuffling among GPUs that hides its statistics; the queue is shorter and the copy follows faster, as small runs want it.
/// Deviations of version 3: SGD in place of LARS or AdamW, and both views in one pass; vision transformers get the head of convolutional networks,
/// and their patch embedding is trained, which the authors freeze.
/// </remarks>
public sealed class MocoTask : PretextTask<PretextBatch, MocoModel>
{
    // The authors' for convolutional networks; for transformers they take 0.08.
    private const double LeastArea = 0.2;
    private readonly MocoOptions options;

    /// <summary>Creates the task, <c>moco</c>, or <c>moco-v3</c> by that option.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public MocoTask(MocoOptions? options = null)
        : base(options is { Version: MocoVersion.V3 } ? "moco-v3" : "moco")
    {
        this.options = options ?? new MocoOptions();
        this.options.Validate();
        Views = this.options.Version == MocoVersion.V2
            ? [new View(JointAugmentations.Moco, count: 2)]
            : [new View(JointAugmentations.ByolFirst with { MinimumArea = LeastArea }), new View(JointAugmentations.ByolSecond with { MinimumArea = LeastArea })];
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <summary>SGD at a learning rate of 0.03 for batches of 64 images, in proportion for others.</summary>
    public override TrainingRecipe Recipe { get; } = TwoViews.Recipe;

    /// <summary>Two views of every image: drawn alike for version 2; for version 3 one blurred, and one solarized at times.</summary>
    public override IReadOnlyList<View> Views { get; }

    /// <summary>Hands on both views.</summary>
    /// <inheritdoc/>
    public override PretextBatch Generate(PretextInput input, RandomSource random) => JointViews.BatchOf(input, Name);

    /// <inheritdoc/>
    public override MocoModel CreateModel(PretextSetup setup) => new(Name, setup, options);

    /// <summary>Draws both views, a row each; with a model, below them the second view whose key is closest to the first one's query.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(PretextBatch batch, MocoModel? model) => TwoViews.Draw(batch, model is null ? null : model.Match);
}
