using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Predicts bins of colors from the half of an encoder that sees brightness, and bins of lightness from the other.</summary>
public sealed class SplitBrainModel : PretextModel
{
    internal const int LightnessBins = 50;
    internal const double LightnessStep = 2; // of 100
    private readonly StageDecoder toColor;
    private readonly StageDecoder toLightness;

    internal SplitBrainModel(string name, Encoder encoder)
        : base(name, encoder)
    {
        int[] channels = [.. encoder.Stages.Skip(1).Select(stage => stage.Channels / 2)];
        (toColor, toLightness) = (new(channels, ColorBins.Count), new(channels, LightnessBins));
        RegisterComponents();
        Objectives = [new Objective("bins", Objective.Typed<SplitBrainBatch>((batch, _) => ComputeLoss(batch)), encoder, this)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Predicts colors and lightness.</summary>
    /// <param name="batch">A generated batch.</param>
    /// <returns>Colors, float (N, 2, h, w), and lightness, float (N, 1, h, w) in 0..100; owned by the caller.</returns>
    public (Tensor Colors, Tensor Lightness) Predict(SplitBrainBatch batch)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (colors, lightness) = Score(batch);
        var middles = arange(LightnessBins, float32, lightness.device).add(0.5).mul(LightnessStep).view(1, -1, 1, 1);
        var mean = lightness.softmax(1).mul(middles).sum(1, keepdim: true);
        return (ColorBins.AnnealedMean(colors).MoveToOuterDisposeScope(), mean.MoveToOuterDisposeScope());
    }

    private (Tensor Colors, Tensor Lightness) Score(SplitBrainBatch batch)
    {
        var (ofLightness, ofColor) = ((ISplitEncoder)Encoder).ForwardHalves(Encoder.Normalize(batch.Inputs));
        long height = batch.Targets.shape[1], width = batch.Targets.shape[2];
        return (
            toColor.Decode(ofLightness[1..], height, width).to(ScalarType.Float32),
            toLightness.Decode(ofColor[1..], height, width).to(ScalarType.Float32));
    }

    private PretextLoss ComputeLoss(SplitBrainBatch batch)
    {
        using var scope = NewDisposeScope();
        var (colors, lightness) = Score(batch);
        var ofColors = nn.functional.cross_entropy(colors, batch.Targets);
        var ofLightness = nn.functional.cross_entropy(lightness, batch.LightnessBins);
        return new PretextLoss(ofColors.add(ofLightness), ("colors", ofColors.detach()), ("lightness", ofLightness.detach())).MoveToOuterDisposeScope();
    }
}
