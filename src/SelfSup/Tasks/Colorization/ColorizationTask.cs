using SelfSup.Previews;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Takes the colors away and asks for them back.</summary>
/// <remarks>
/// Zhang, Isola and Efros, "Colorful Image Colorization", 2016, https://arxiv.org/abs/1603.08511. The encoder sees the lightness
/// repeated on three channels, so that the same encoder serves color images afterwards. Images without colors (|a| and |b| at
/// most 5 everywhere) teach nothing. We deviate in that the loss is the mean over colored pixels, where the authors sum, and in
/// that the prior of colors comes from the training images at hand, where theirs is ImageNet's.
/// </remarks>
public sealed class ColorizationTask : PretextTask<ColorizationBatch, ColorizationModel>
{
    private const double GrayBelow = 5;
    private readonly ColorizationOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public ColorizationTask(ColorizationOptions? options = null)
        : base(options?.Mode == ColorizationMode.Regression ? "colorization-regression" : "colorization")
    {
        this.options = options ??= new ColorizationOptions();
        options.Require(Enum.IsDefined(options.Mode), options.Mode, $"a {nameof(ColorizationMode)}");
        options.Require(options.Neighbors is >= 1 and <= 10, options.Neighbors, "in 1..10");
        options.Require(options.Temperature >= 0, options.Temperature, "at least 0");
        options.Require(options.UniformShare is >= 0 and <= 1, options.UniformShare, "in [0, 1]");
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <inheritdoc/>
    public override void CheckFits(Encoder encoder, int frames)
    {
        base.CheckFits(encoder, frames);
        StageDecoder.Check(Name, encoder);
    }

    /// <summary>Every how many pixels a color is asked for: 2 for images up to 40 pixels, else 4.</summary>
    /// <param name="imageSize">Side of the image in pixels.</param>
    /// <returns>The distance in pixels.</returns>
    public static int StrideFor(int imageSize) => imageSize <= 40 ? 2 : 4;

    /// <summary>Splits images into lightness and colors.</summary>
    /// <param name="input">RGB images, uint8 (N, 3, S, S).</param>
    /// <param name="random">Not used.</param>
    /// <returns>A <see cref="ColorizationBatch"/>.</returns>
    public override ColorizationBatch Generate(PretextInput input, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var images = input.Images;
        var stride = StrideFor((int)images.shape[2]);
        var inputs = LabColor.Lightness(images).div_(100).expand(-1, 3, -1, -1); // three views of one plane
        // Picked, not averaged: an average of two colors is a third one that was not there.
        var picked = images.slice(2, 0, images.shape[2], stride).slice(3, 0, images.shape[3], stride);
        var colors = LabColor.FromRgb(picked).narrow(1, 1, 2).contiguous(); // (N, 2, h, w)
        var colored = colors.abs().amax([1, 2, 3]).gt(GrayBelow).to(ScalarType.Float32);
        var (bins, weights) = ColorBins.SoftEncode(colors, options.Neighbors);
        return new ColorizationBatch(
            inputs.MoveToOuterDisposeScope(), colors.MoveToOuterDisposeScope(), bins.MoveToOuterDisposeScope(),
            weights.MoveToOuterDisposeScope(), colored.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public override ColorizationModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, options, this);

    /// <summary>Draws a row an image: the gray input, the true colors and the predicted ones.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(ColorizationBatch batch, ColorizationModel? model)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var predicted = model?.PredictColors(batch);
        var truth = Paint(batch, batch.Targets);
        var answer = predicted is null ? null : Paint(batch, predicted);
        var grid = new PreviewGrid
        {
            Legend = "Each row: the gray image that the encoder sees, its true colors, and the colors that the model gives it.",
        };
        for (var i = 0; i < batch.Inputs.shape[0]; i++)
        {
            PreviewCell[] known = [new(batch.Inputs[i], "the encoder sees"), new(truth[i], "true colors")];
            grid.AddRow(answer is null ? known : [.. known, new PreviewCell(answer[i], "predicted")]);
        }
        return grid;
    }

    private static Tensor Paint(PretextBatch batch, Tensor colors)
    {
        var size = batch.Inputs.shape[2];
        var smooth = nn.functional.interpolate(colors, size: [size, size], mode: InterpolationMode.Bilinear, align_corners: false);
        return LabColor.ToRgb(cat([batch.Inputs.narrow(1, 0, 1).mul(100), smooth], 1));
    }
}
