using SelfSup.Augmentations;
using SelfSup.Optimization;
using SelfSup.Previews;

namespace SelfSup.Tasks;

/// <summary>Replaces a view of an image by its nearest neighbor among earlier images, which must find the image's other view.</summary>
/// <remarks>
/// Dwibedi et al., "With a Little Help from My Friends: Nearest-Neighbor Contrastive Learning of Visual Representations", 2021,
/// https://arxiv.org/abs/2104.14548. Neighbors are other images, so that what is learned goes beyond what augmentations vary. Deviations
/// from the paper: a projector of two layers in place of three; SGD in place of LARS; a shorter queue, and a higher temperature, as small
/// runs want it.
/// </remarks>
public sealed class NnclrTask : PretextTask<PretextBatch, NnclrModel>
{
    private readonly NnclrOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public NnclrTask(NnclrOptions? options = null)
        : base("nnclr")
    {
        this.options = options ?? new NnclrOptions();
        this.options.Validate();
        Views = [new View(JointAugmentations.SimClr(this.options.ColorStrength), count: 2)];
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <summary>SGD at a learning rate of 0.03 for batches of 64 images, in proportion for others.</summary>
    public override TrainingRecipe Recipe { get; } = TwoViews.Recipe;

    /// <summary>Two views of every image, drawn alike.</summary>
    public override IReadOnlyList<View> Views { get; }

    /// <summary>Hands on both views.</summary>
    /// <inheritdoc/>
    public override PretextBatch Generate(PretextInput input, RandomSource random) => JointViews.BatchOf(input, Name);

    /// <inheritdoc/>
    public override NnclrModel CreateModel(PretextSetup setup) => new(Name, setup, options);

    /// <summary>
    /// Draws both views, a row each; with a model, below them the second view whose prediction is closest to the first one's projection. The
    /// neighbors themselves are not shown, as the queue has their features alone.
    /// </summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(PretextBatch batch, NnclrModel? model) => TwoViews.Draw(batch, model is null ? null : model.Match);
}
