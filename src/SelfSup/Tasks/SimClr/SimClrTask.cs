using SelfSup.Augmentations;
using SelfSup.Optimization;
using SelfSup.Previews;

namespace SelfSup.Tasks;

/// <summary>Asks every view of an image to find the other one among all views of the batch.</summary>
/// <remarks>
/// Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", 2020, https://arxiv.org/abs/2002.05709. The other
/// images of a batch are what a view is told apart from, so larger batches help; 64 images do. Deviations from the paper: SGD in place of
/// LARS, which is for batches of a thousand and more; no batch normalization after the projector's last layer; blurs that nobody sees on
/// small images are left out.
/// </remarks>
public sealed class SimClrTask : PretextTask<PretextBatch, SimClrModel>
{
    private readonly SimClrOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public SimClrTask(SimClrOptions? options = null)
        : base("simclr")
    {
        this.options = options ?? new SimClrOptions();
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
    public override SimClrModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, options);

    /// <summary>Draws both views, a row each; with a model, below them the second view that it finds closest to the first.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(PretextBatch batch, SimClrModel? model) => TwoViews.Draw(batch, model is null ? null : model.Project);
}
