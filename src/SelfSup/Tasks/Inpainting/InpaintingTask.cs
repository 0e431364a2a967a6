using SelfSup.Optimization;
using SelfSup.Previews;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Removes a part of every image and asks for it back.</summary>
/// <remarks>
/// Pathak et al., "Context Encoders: Feature Learning by Inpainting", 2016, https://arxiv.org/abs/1604.07379. The hole is filled
/// with ImageNet's mean color, red 123, green 117, blue 104, and is the same in all images of a batch.
/// <para>
/// Deviations: the decoder reads the last map of any encoder of the library and paints the whole image. The critic judges the whole
/// completed image, while the authors' sees only the middle that was cut out. Random
/// blocks are the default, because the paper's irregular regions are too thin at 32 pixels; they are a few large blocks, and the irregular
/// regions are exactly a quarter of the image, where theirs are 20 to 30 %. Biases are learned.
/// </para>
/// </remarks>
public sealed class InpaintingTask : PretextTask<InpaintingBatch, InpaintingModel>
{
    private static readonly DeviceConstant meanColor = new(() => tensor(new byte[] { 123, 117, 104 }, device: CPU).view(1, 3, 1, 1));
    private static readonly TrainingRecipe authorsAdam = new()
    {
        Optimizer = new AdamW { Beta1 = 0.5 },
        LearningRate = 2e-3,
        Warmup = 0,
        WeightDecay = 0,
    };

    private readonly InpaintingOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public InpaintingTask(InpaintingOptions? options = null)
        : base(options?.Adversarial == true ? "inpainting-adversarial" : "inpainting")
    {
        this.options = options ??= new InpaintingOptions();
        options.Require(Enum.IsDefined(options.Mask), options.Mask, $"an {nameof(InpaintingMask)}");
        options.Require(options.ReconstructionWeight is > 0 and < 1, options.ReconstructionWeight, "in (0, 1)");
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <summary>
    /// With a critic the authors': Adam with a momentum of 0.5 at 0.002, and a tenth of that for the critic, without warm-up and weight
    /// decay; that the rates fall by a cosine is ours. Without one, null: the library's default.
    /// </summary>
    public override TrainingRecipe? Recipe => options.Adversarial ? authorsAdam : null;

    /// <summary>Cuts a hole into every image.</summary>
    /// <param name="input">RGB images, uint8 (N, 3, S, S).</param>
    /// <param name="random">Draws the hole.</param>
    /// <returns>An <see cref="InpaintingBatch"/>.</returns>
    public override InpaintingBatch Generate(PretextInput input, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var images = input.Images;
        var size = (int)images.shape[2];
        var mask = HoleMask.Draw(options.Mask, size, random);
        var weights = HoleMask.WeighErrors(mask, options.Mask == InpaintingMask.Center ? HoleMask.BandFor(size) : 0);
        return new InpaintingBatch(
            where(mask, meanColor.On(images.device), images).MoveToOuterDisposeScope(),
            images.clone().MoveToOuterDisposeScope(),
            mask.MoveToOuterDisposeScope(),
            weights.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public override InpaintingModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, options);

    /// <summary>Draws a row an image: the input, the completed image and the true one.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(InpaintingBatch batch, InpaintingModel? model)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var completed = model?.Complete(batch).add(1).div(2);
        var grid = new PreviewGrid
        {
            Legend = "Each row: the image with a hole, as the encoder sees it, what the model paints into the hole, and the true image.",
        };
        for (var i = 0; i < batch.Inputs.shape[0]; i++)
        {
            PreviewCell input = new(batch.Inputs[i], "the encoder sees"), truth = new(batch.Targets[i], "true image");
            grid.AddRow(completed is null ? [input, truth] : [input, new PreviewCell(completed[i], "completed"), truth]);
        }
        return grid;
    }
}
