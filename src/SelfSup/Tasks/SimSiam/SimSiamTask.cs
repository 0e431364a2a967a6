using SelfSup.Augmentations;
using SelfSup.Optimization;
using SelfSup.Previews;

namespace SelfSup.Tasks;

/// <summary>Asks a predictor to tell the features of one view of an image from those of another, which count as constants.</summary>
/// <remarks>
/// Chen and He, "Exploring Simple Siamese Representation Learning", 2021, https://arxiv.org/abs/2011.10566. It needs no negatives, no teacher
/// and no large batch, but it is slow to start: count on hundreds of epochs. What differs: smaller heads, and the predictor's learning
/// rate falls with the others', where the authors keep it constant.
/// </remarks>
public sealed class SimSiamTask : PretextTask<PretextBatch, SimSiamModel>
{
    private readonly SimSiamOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public SimSiamTask(SimSiamOptions? options = null)
        : base("simsiam")
    {
        this.options = options ?? new SimSiamOptions();
        this.options.Validate();
    }

    /// <summary>Two views that are drawn alike, MoCo v2's.</summary>
    public override IReadOnlyList<View> Views { get; } = [new(JointAugmentations.Moco, count: 2)];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <summary>SGD without Nesterov's step at 0.03, whatever the batch: higher rates make it collapse.</summary>
    public override TrainingRecipe Recipe { get; } = TrainingRecipe.Default with { Optimizer = new Sgd { Nesterov = false }, LearningRate = 0.03 };

    /// <inheritdoc/>
    public override PretextBatch Generate(PretextInput input, RandomSource random) => JointViews.BatchOf(input, Name);

    /// <inheritdoc/>
    public override SimSiamModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, options);

    /// <summary>Draws both views of every image; with a model, how alike they are to it.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(PretextBatch batch, SimSiamModel? model) => JointViews.Draw(
        batch, "From the features of either, those of the other must be foretold.", model is null ? null : model.Project);
}
