using SelfSup.Augmentations;
using SelfSup.Optimization;
using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Hides squares of an image behind one learned token: the encoder sees where they are, and one linear layer tells their pixels.</summary>
/// <remarks>
/// <para>
/// Xie et al., "SimMIM: a Simple Framework for Masked Image Modeling", 2021, https://arxiv.org/abs/2111.09886. It needs an encoder of
/// patches (<see cref="IMaskedEncoder"/>), such as <c>vit_tiny</c>. Its features are for fine-tuning more than for linear probes.
/// </para>
/// <para>
/// Deviations: the encoder's weights start as the encoder has them, its positions are a table and not relative, and crops are resampled by
/// averaging instead of cubic.
/// </para>
/// </remarks>
public sealed class SimMimTask : PretextTask<SimMimBatch, SimMimModel>
{
    private readonly SimMimOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public SimMimTask(SimMimOptions? options = null)
        : base("simmim")
    {
        this.options = options ??= new SimMimOptions();
        options.Validate();
    }

    /// <summary>
    /// The paper's AdamW with a weight decay of 0.05 and gradients of a norm of at most 5, at 0.0005: its own rate of 0.0001 for 512 images is for
    /// long runs.
    /// </summary>
    public override TrainingRecipe Recipe { get; } =
        new() { Optimizer = new AdamW(), LearningRate = 5e-4, WeightDecay = 0.05, ClipGradientNorm = 5 };

    /// <summary>Crops of two thirds to all of an image, in their own colors.</summary>
    public override IReadOnlyList<View> Views { get; } = [new View(new Augmentation { MinimumArea = 0.67 })];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <summary>Asks for an encoder of patches, besides, and for images that the squares divide.</summary>
    /// <inheritdoc/>
    public override void CheckFits(Encoder encoder, int frames)
    {
        base.CheckFits(encoder, frames);
        PatchFit.Check(Name, encoder, options.PatchSize);
        var (patch, square) = Sides(encoder.ImageSize);
        if (square % patch != 0 || encoder.ImageSize % square != 0)
        {
            throw new ArgumentException(
                $"The task '{Name}' hides squares of {square} pixels, which must be a multiple of the patch of {patch} and divide the image of "
                + $"{encoder.ImageSize}; set the task's option MaskSize, to {patch} for instance.");
        }
    }

    /// <summary>Draws which squares of every image are hidden.</summary>
    /// <param name="input">RGB images, uint8 (N, 3, S, S).</param>
    /// <param name="random">Draws a number for every square; the lowest are hidden.</param>
    /// <returns>A <see cref="SimMimBatch"/>.</returns>
    public override SimMimBatch Generate(PretextInput input, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var images = input.Images;
        var (patch, square) = Sides(images.shape[2]);
        var (count, side) = (images.shape[0], images.shape[2] / square);
        var ranks = random.Uniform(count, side * side).argsort(1).argsort(1);
        var squares = ranks.lt(SimMimBatch.CountHidden((int)(side * side), options.MaskRatio)).view(count, side, side);
        var patches = Patches.ToPixels(squares, square / patch).squeeze(1); // a patch is to a square what a pixel is to a patch
        return new SimMimBatch(images.alias().MoveToOuterDisposeScope(), patches.contiguous().MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public override SimMimModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, options);

    /// <summary>Draws a row an image: the true image, what is left of it, and the restored one.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(SimMimBatch batch, SimMimModel? model)
    {
        using var noGrad = no_grad();
        using var restored = model?.Restore(batch);
        return MaskedPreview.Draw(batch.Inputs, batch.Mask, restored);
    }

    private (int Patch, int Square) Sides(long imageSize)
    {
        var patch = PatchFit.SideFor(options.PatchSize, imageSize);
        return (patch, options.MaskSize ?? (imageSize % (2 * patch) == 0 ? 2 * patch : patch));
    }
}
