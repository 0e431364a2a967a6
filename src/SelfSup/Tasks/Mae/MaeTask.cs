using SelfSup.Augmentations;
using SelfSup.Optimization;
using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Hides three quarters of the patches: the encoder sees the rest, and a small decoder tells the pixels of those hidden.</summary>
/// <remarks>
/// <para>
/// He et al., "Masked Autoencoders Are Scalable Vision Learners", 2021, https://arxiv.org/abs/2111.06377. It needs an encoder of patches
/// (<see cref="IMaskedEncoder"/>), such as <c>vit_tiny</c>. Its features are for fine-tuning: linear probes and neighbors judge them poor,
/// in the paper too.
/// </para>
/// <para>
/// Deviations: the decoder is two blocks of 128 instead of eight of 512, for small encoders. The encoder's weights start as the encoder has
/// them, timm's way, and its positions are learned unless it was made with <see cref="Encoders.VitPositions.SineCosine"/>, which is the
/// paper's. Kept patches are counted in decimals (see <see cref="MaeBatch.CountKept"/>). Crops are resampled by averaging instead of cubic.
/// </para>
/// </remarks>
public sealed class MaeTask : PretextTask<MaeBatch, MaeModel>
{
    private readonly MaeOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public MaeTask(MaeOptions? options = null)
        : base("mae")
    {
        this.options = options ??= new MaeOptions();
        options.Validate();
    }

    /// <summary>
    /// The paper's AdamW, with momenta of 0.9 and 0.95 and a weight decay of 0.05, at 0.001: its own rate of 0.00015 for 256 images, times 16
    /// for 4,096, is for large batches and long runs.
    /// </summary>
    public override TrainingRecipe Recipe { get; } =
        new() { Optimizer = new AdamW { Beta2 = 0.95 }, LearningRate = 1e-3, WeightDecay = 0.05 };

    /// <summary>Crops of a fifth to all of an image, in their own colors.</summary>
    public override IReadOnlyList<View> Views { get; } = [new View(new Augmentation { MinimumArea = 0.2 })];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <summary>Asks for an encoder of patches, besides.</summary>
    /// <inheritdoc/>
    public override void CheckFits(Encoder encoder, int frames)
    {
        base.CheckFits(encoder, frames);
        PatchFit.Check(Name, encoder, options.PatchSize);
    }

    /// <summary>Draws which patches of every image are hidden.</summary>
    /// <param name="input">RGB images, uint8 (N, 3, S, S).</param>
    /// <param name="random">Draws a number for every patch; the highest are hidden.</param>
    /// <returns>A <see cref="MaeBatch"/>.</returns>
    public override MaeBatch Generate(PretextInput input, RandomSource random)
    {
        var images = input.Images;
        var patch = PatchFit.SideFor(options.PatchSize, images.shape[2]);
        using var noise = random.Uniform(images.shape[0], images.shape[2] / patch * (images.shape[3] / patch));
        return MaeBatch.Of(images.alias(), noise, options.MaskRatio);
    }

    /// <inheritdoc/>
    public override MaeModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, options);

    /// <summary>Draws a row an image: the true image, what is left of it, and the restored one.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(MaeBatch batch, MaeModel? model)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var rows = batch.Inputs.shape[2] / PatchFit.SideFor(options.PatchSize, batch.Inputs.shape[2]);
        return MaskedPreview.Draw(batch.Inputs, batch.Mask.view(batch.Inputs.shape[0], rows, -1), model?.Restore(batch));
    }
}
