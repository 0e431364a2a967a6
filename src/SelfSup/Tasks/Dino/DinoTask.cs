using SelfSup.Augmentations;
using SelfSup.Optimization;
using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Of all crops of an image a student gives the answers that a teacher, its own average over time, gives of large ones.</summary>
/// <remarks>
/// Caron et al., "Emerging Properties in Self-Supervised Vision Transformers" (DINO), 2021, https://arxiv.org/abs/2104.14294. The teacher
/// is the encoder to keep. We deviate in that the head has batch normalization and ReLU, as suits convolutional networks, where the
/// authors' for transformers has neither normalization nor ReLU but GELU; that the recipe is SGD, for small batches, where theirs is AdamW
/// with a rising weight decay; that the teacher's temperature does not rise; that the teacher
/// follows faster, and as fast at the end as at the start; that there are no small crops unless asked for; that answers and head are fewer and smaller; and that small
/// crops have half the side of large ones, where theirs have 96 of 224 pixels.
/// </remarks>
public sealed class DinoTask : PretextTask<PretextBatch, DinoModel>
{
    private readonly DinoOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public DinoTask(DinoOptions? options = null)
        : base("dino")
    {
        this.options = options ?? new DinoOptions();
        this.options.Validate();
        View[] large = [new(JointAugmentations.DinoFirst), new(JointAugmentations.DinoSecond)];
        Views = this.options.LocalCrops == 0
            ? large
            : [.. large, new View(JointAugmentations.DinoLocal, count: this.options.LocalCrops) { Scale = 0.5 }];
    }

    /// <summary>
    /// SGD at 0.03 for batches of 64, in proportion for others. No parameter's gradient is longer than 3.
    /// </summary>
    public override TrainingRecipe Recipe { get; } =
        TrainingRecipe.Default with { LearningRate = 0.03, ReferenceBatchSize = 64, ClipGradientNorm = 3, ClipEachParameter = true };

    /// <inheritdoc/>
    public override IReadOnlyList<View> Views { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <summary>Hands on the crops.</summary>
    /// <inheritdoc/>
    public override PretextBatch Generate(PretextInput input, RandomSource random) => PretextBatch.OfViews(input);

    /// <inheritdoc/>
    public override DinoModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, options);

    /// <summary>Draws a row an image: its crops with the student's answers.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(PretextBatch batch, DinoModel? model)
    {
        using var answers = model?.FindAnswers(batch);
        return CropPreview.Draw(
            batch, answers, "answer",
            "Each row: crops of one image, two large ones first, and the student's first answer to each. Answers are numbers without a "
            + "meaning of their own. Green: the same as to the first crop.");
    }
}
