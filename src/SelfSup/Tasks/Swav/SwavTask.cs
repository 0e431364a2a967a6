using SelfSup.Augmentations;
using SelfSup.Optimization;
using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Assigns crops of an image to prototypes, all of them used alike, and lets every crop predict the assignment of another.</summary>
/// <remarks>
/// Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments" (SwAV), 2020,
/// https://arxiv.org/abs/2006.09882. We deviate in that prototypes are scaled to unit length where they are used, and not in place before
/// every step; that the recipe is AdamW, for small batches, where the authors take LARS and batches of 4,096; that prototypes, queue and
/// head are smaller; that the queue is used from the second epoch on, where theirs waits for the sixteenth; that colors change at half strength, which suits small images; and that small crops have half the side of large ones,
/// where theirs have 96 of 224 pixels.
/// </remarks>
public sealed class SwavTask : PretextTask<PretextBatch, SwavModel>
{
    private static readonly Augmentation Large = JointAugmentations.SimClr() with { MinimumArea = 0.14 };
    private static readonly Augmentation Small = JointAugmentations.SimClr() with { MinimumArea = 0.05, MaximumArea = 0.14 };
    private readonly SwavOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public SwavTask(SwavOptions? options = null)
        : base("swav")
    {
        this.options = options ?? new SwavOptions();
        this.options.Validate();
        View large = new(Large, count: SwavModel.LargeCrops);
        Views = this.options.LocalCrops == 0 ? [large] : [large, new View(Small, count: this.options.LocalCrops) { Scale = 0.5 }];
    }

    /// <summary>AdamW at 0.0005 for batches of 64, in proportion for others.</summary>
    public override TrainingRecipe Recipe { get; } = TrainingRecipe.For(new AdamW()) with { LearningRate = 5e-4, ReferenceBatchSize = 64, WeightDecay = 1e-6 };

    /// <inheritdoc/>
    public override IReadOnlyList<View> Views { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <summary>Hands on the crops.</summary>
    /// <inheritdoc/>
    public override PretextBatch Generate(PretextInput input, RandomSource random) => PretextBatch.OfViews(input);

    /// <inheritdoc/>
    public override SwavModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, options);

    /// <summary>Draws a row an image: its crops with the prototypes that they are nearest to.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(PretextBatch batch, SwavModel? model)
    {
        using var answers = model?.FindPrototypes(batch);
        return CropPreview.Draw(
            batch, answers, "prototype",
            "Each row: crops of one image, and the prototype that the model finds each most like. Green: the same as for the first crop.");
    }
}
