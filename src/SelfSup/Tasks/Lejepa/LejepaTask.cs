using SelfSup.Augmentations;
using SelfSup.Losses;
using SelfSup.Optimization;
using SelfSup.Previews;

namespace SelfSup.Tasks;

/// <summary>Asks for features that agree in several views of an image, and are normally distributed over the images.</summary>
/// <remarks>
/// Balestriero and LeCun, "LeJEPA: Provable and Scalable Self-Supervised Learning Without the Heuristics", 2025,
/// https://arxiv.org/abs/2511.08544. After the authors' small example: views of one size, each of which is to be their mean. What differs:
/// the projector is narrower, colors change at half strength, and the rate falls to 0 and not to half of itself.
/// </remarks>
public sealed class LejepaTask : PretextTask<LejepaBatch, LejepaModel>
{
    private readonly LejepaOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public LejepaTask(LejepaOptions? options = null)
        : base("lejepa")
    {
        this.options = options ?? new LejepaOptions();
        this.options.Validate();
        Views = [new(JointAugmentations.SimClr(this.options.ColorStrength) with { Solarize = 0.2 }, count: this.options.Views)];
    }

    /// <summary>Views that are drawn alike: SimCLR's, a fifth solarized.</summary>
    public override IReadOnlyList<View> Views { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <summary>AdamW at 0.0005 for batches of 64, in proportion for others, with a weight decay of 0.05.</summary>
    public override TrainingRecipe Recipe { get; } = TrainingRecipe.For(new AdamW()) with { LearningRate = 5e-4, ReferenceBatchSize = 64, WeightDecay = 0.05 };

    /// <summary>Hands on the views, and draws the directions.</summary>
    /// <inheritdoc/>
    public override LejepaBatch Generate(PretextInput input, RandomSource random)
    {
        JointViews.Require(input, Name, options.Views);
        return new([.. input.Views.Select(view => view.alias())], GaussianSketchLoss.Directions(options.Width, options.Directions, random));
    }

    /// <inheritdoc/>
    public override LejepaModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, options);

    /// <summary>Draws the views of every image; with a model, how alike they are to it.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(LejepaBatch batch, LejepaModel? model) => JointViews.Draw(
        batch, "Their features must agree, and be spread evenly over the images.", model is null ? null : model.Project);
}
