using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Lets one half of the encoder tell the colors from the brightness, and the other the brightness from the colors.</summary>
/// <remarks>
/// Zhang, Isola and Efros, "Split-Brain Autoencoders: Unsupervised Learning by Cross-Channel Prediction", 2017,
/// https://arxiv.org/abs/1611.09842, in the form of two classifications: 313 bins of colors, 50 of lightness. It needs an encoder of two
/// halves, an <see cref="ISplitEncoder"/> such as <see cref="Encoders.SplitConvNet"/>, all of which sees color images afterwards. We
/// deviate in that a pixel belongs to the nearest bin of colors alone, in what the halves see, as said there, and in that bins are asked for
/// from all stages but the shallowest.
/// </remarks>
public sealed class SplitBrainTask() : PretextTask<SplitBrainBatch, SplitBrainModel>("split-brain")
{
    /// <inheritdoc/>
    public override void CheckFits(Encoder encoder, int frames)
    {
        base.CheckFits(encoder, frames);
        if (encoder is not ISplitEncoder)
            throw new ArgumentException($"The task '{Name}' needs an encoder of two halves, such as 'split-convnet', and '{encoder.Architecture}' has none.");
        StageDecoder.Check(Name, encoder);
    }

    /// <summary>Sorts every second or fourth pixel into bins, as <see cref="ColorizationTask.StrideFor"/> says.</summary>
    /// <param name="input">RGB images, uint8 (N, 3, S, S).</param>
    /// <param name="random">Not used.</param>
    /// <returns>A <see cref="SplitBrainBatch"/>.</returns>
    public override SplitBrainBatch Generate(PretextInput input, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var images = input.Images;
        var stride = ColorizationTask.StrideFor((int)images.shape[2]);
        var lab = LabColor.FromRgb(images.slice(2, 0, images.shape[2], stride).slice(3, 0, images.shape[3], stride)); // (N, 3, h, w)
        var colors = ColorBins.SoftEncode(lab.narrow(1, 1, 2).contiguous(), neighbors: 1).Bins.squeeze(1);
        var lightness = lab.select(1, 0).div(SplitBrainModel.LightnessStep).floor().clamp(0, SplitBrainModel.LightnessBins - 1).to(ScalarType.Int64);
        return new SplitBrainBatch(
            images.alias().MoveToOuterDisposeScope(), colors.MoveToOuterDisposeScope(), lightness.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public override SplitBrainModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder);

    /// <summary>Draws a row an image: as it is, with predicted colors, and with predicted lightness.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(SplitBrainBatch batch, SplitBrainModel? model)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var grid = new PreviewGrid
        {
            Legend = "Each row: the image; the image with the colors that one half of the model tells from its brightness; and the image with the "
                + "brightness that the other half tells from its colors.",
        };
        var truth = LabColor.FromRgb(batch.Inputs);
        var (lightness, colors) = (truth.narrow(1, 0, 1), truth.narrow(1, 1, 2));
        var predicted = model?.Predict(batch);
        var recolored = predicted is { } one ? LabColor.ToRgb(cat([lightness, Enlarge(one.Colors)], 1)) : null;
        var relit = predicted is { } other ? LabColor.ToRgb(cat([Enlarge(other.Lightness), colors], 1)) : null;
        for (var i = 0; i < batch.Inputs.shape[0]; i++)
        {
            PreviewCell[] known = [new(batch.Inputs[i], "the image")];
            grid.AddRow(recolored is null ? known : [.. known, new(recolored[i], "predicted colors"), new(relit![i], "predicted brightness")]);
        }
        return grid;

        Tensor Enlarge(Tensor map) => nn.functional.interpolate(
            map, size: [batch.Inputs.shape[2], batch.Inputs.shape[3]], mode: InterpolationMode.Bilinear, align_corners: false);
    }
}
