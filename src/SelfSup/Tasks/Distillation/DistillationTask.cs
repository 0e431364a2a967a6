using SelfSup.Augmentations;
using SelfSup.Optimization;
using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>
/// Teaches the encoder, by unlabeled images, what a frozen network sees: of many other images the same ones must be alike to an image.
/// </summary>
/// <remarks>
/// <para>
/// Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015, https://arxiv.org/abs/1503.02531; the form is
/// LightlyTrain's, see <see cref="Losses.DistillationLoss"/>, but for the share of mixtures, which every image draws by itself. Student and
/// teacher see the same crop, each at its own size and by its own normalization. The weights of the teacher are in no checkpoint; its hash
/// is in the run's record.
/// </para>
/// <para>
/// Most of the time goes to the teacher: choose the smallest image size at which its features are good, or let it look once
/// (<see cref="DistillationOptions.RemembersTeacher"/>), which teaches more in the same time.
/// </para>
/// </remarks>
/// <example><code>
/// using var large = EncoderFile.Load("large.safetensors");
/// using var teacher = new EncoderTeacher(large);
/// using var encoder = new ConvNet(imageSize: 64);
/// await Pretraining.RunAsync(encoder, new DistillationTask(teacher), photos, new() { Epochs = 50 });
/// </code></example>
public sealed class DistillationTask : PretextTask<DistillationBatch, DistillationModel>
{
    private const int Columns = 8;
    private const double RememberedRate = 0.01; // chosen on held-out labels of ten kinds of clothes, of 0.001, 0.003, 0.006 and 0.01
    private readonly ITeacher teacher;
    private readonly DistillationOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="teacher">The frozen network. Borrowed: it must outlive the runs.</param>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, or the teacher has no map to learn places from.</exception>
    public DistillationTask(ITeacher teacher, DistillationOptions? options = null)
        : base("distillation")
    {
        ArgumentNullException.ThrowIfNull(teacher);
        this.teacher = teacher;
        this.options = options ?? new DistillationOptions();
        this.options.Validate();
        if (this.options.LocalWeight > 0 && teacher.MapChannels == 0)
            throw new ArgumentException("The teacher has no feature map to learn places from; leave LocalWeight at 0.", nameof(options));
        Views = [new View(AugmentationOf(this.options), this.options.RemembersTeacher ? null : teacher.ImageSize)];
        Recipe = this.options.RemembersTeacher ? TrainingRecipe.For(new AdamW()) with { LearningRate = RememberedRate } : TrainingRecipe.For(new AdamW());
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options)
        .Concat(teacher.Settings.Select(pair => KeyValuePair.Create($"teacher_{pair.Key}", pair.Value)))
        .ToDictionary();

    /// <summary>AdamW at its usual settings; at a learning rate of 0.01 where the teacher is remembered.</summary>
    public override TrainingRecipe Recipe { get; }

    /// <summary>One crop of every image, at the teacher's size, or at the encoder's where the teacher is remembered.</summary>
    public override IReadOnlyList<View> Views { get; }

    /// <summary>Checks also that the encoder's images are no larger than the teacher's.</summary>
    /// <inheritdoc/>
    public override void CheckFits(Encoder encoder, int frames)
    {
        base.CheckFits(encoder, frames);
        if (encoder.ImageSize > teacher.ImageSize)
        {
            throw new ArgumentException(
                $"The teacher looks at images of {teacher.ImageSize} pixels, and the encoder at {encoder.ImageSize}; give the teacher at least "
                + "the encoder's size.");
        }
        if (options.LocalWeight > 0 && LocalFeatures.StageOf(encoder) < 0)
            throw new ArgumentException($"'{encoder.Architecture}' has no map of several places; leave LocalWeight at 0.");
    }

    /// <summary>Mixes every image with another.</summary>
    /// <inheritdoc/>
    public override DistillationBatch Generate(PretextInput input, RandomSource random)
    {
        var (count, indices) = (input.Images.shape[0], input.Indices);
        if (!options.Mixup)
            return new DistillationBatch(input.Images.alias(), indices.alias(), indices.alias(), ones(count, 1, device: indices.device));
        using var scope = NewDisposeScope();
        var images = input.Images.to(ScalarType.Float32).div(255);
        var order = random.Permutation(count);
        var shares = random.Uniform(count, 1).MoveToOuterDisposeScope();
        var mixtures = images.index_select(0, order).lerp(images, shares.view(-1, 1, 1, 1));
        return new DistillationBatch(
            mixtures.MoveToOuterDisposeScope(), indices.alias().MoveToOuterDisposeScope(), indices.index_select(0, order).MoveToOuterDisposeScope(), shares);
    }

    /// <inheritdoc/>
    public override DistillationModel CreateModel(PretextSetup setup) => new(Name, setup, teacher, options);

    /// <summary>Draws what both networks see, eight a row; with a model, how alike its features are to the teacher's.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(DistillationBatch batch, DistillationModel? model)
    {
        using var scope = NewDisposeScope();
        var images = batch.Inputs.cpu();
        var cosines = model?.Compare(batch).cpu();
        var own = cosines?.diagonal().contiguous().data<float>().ToArray();
        var nearest = cosines?.argmax(1).data<long>().ToArray();
        var grid = new PreviewGrid
        {
            Legend = "Crops, two mixed into one, that the model and its teacher see. With a model: how alike its features are to the teacher's, at "
                + "most 1. Green: they are more alike to the teacher's of this image than to those of the others.",
        };
        for (var start = 0; start < images.shape[0]; start += Columns)
            grid.AddRow(Enumerable.Range(start, (int)Math.Min(Columns, images.shape[0] - start)).Select(i => Cell(images[i], own?[i], nearest?[i] == i)));
        return grid;
    }

    private static Augmentation AugmentationOf(DistillationOptions options) => options.ColorStrength > 0
        ? JointAugmentations.SimClr(options.ColorStrength) with { MinimumArea = options.MinimumArea, Blur = 0 }
        : new() { MinimumArea = options.MinimumArea };

    private static PreviewCell Cell(Tensor image, float? cosine, bool isNearest) => cosine is null
        ? new PreviewCell(image)
        : new PreviewCell(image, FormattableString.Invariant($"{cosine:F2}"), isNearest ? PreviewMark.Right : PreviewMark.Wrong);
}
