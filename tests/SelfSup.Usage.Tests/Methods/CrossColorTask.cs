using static TorchSharp.torch;

namespace SelfSup.Usage.Tests.Methods;

/// <summary>Split-brain: from brightness one half of the encoder predicts the colors, from colors the other the brightness.</summary>
internal sealed class CrossColorTask() : PretextTask("cross-color")
{
    public override void CheckFits(Encoder encoder, int frames)
    {
        base.CheckFits(encoder, frames);
        if (encoder is not SplitEncoder)
            throw new ArgumentException($"The task '{Name}' needs a {nameof(SplitEncoder)}, not '{encoder.Architecture}'.");
    }

    public override PretextBatch Generate(PretextInput input, RandomSource random) => new(input.Images.alias());

    public override PretextModel CreateModel(PretextSetup setup) => new Model(Name, setup.Encoder);

    private sealed class Model : PretextModel
    {
        private readonly nn.Module<Tensor, Tensor> toColor;
        private readonly nn.Module<Tensor, Tensor> toGray;

        public Model(string name, Encoder encoder)
            : base(name, encoder)
        {
            toColor = nn.Conv2d(encoder.FeatureCount / 2, 2, 1);
            toGray = nn.Conv2d(encoder.FeatureCount / 2, 1, 1);
            RegisterComponents();
            Objectives = [new Objective("regression", ComputeLoss, encoder, this)];
        }

        public override IReadOnlyList<Objective> Objectives { get; }

        private PretextLoss ComputeLoss(PretextBatch batch)
        {
            using var scope = NewDisposeScope();
            var images = Encoder.Normalize(batch.Inputs);
            var (gray, color) = ((SplitEncoder)Encoder).ForwardHalves(images);
            var ofColor = Distance(toColor.forward(gray), SplitEncoder.Colors(images));
            var ofGray = Distance(toGray.forward(color), SplitEncoder.Brightness(images));
            return new PretextLoss(ofColor.add(ofGray), ("color", ofColor.detach()), ("gray", ofGray.detach())).MoveToOuterDisposeScope();
        }

        private static Tensor Distance(Tensor predicted, Tensor plane) => nn.functional.mse_loss(
            predicted.to(ScalarType.Float32), nn.functional.adaptive_avg_pool2d(plane, [predicted.shape[2], predicted.shape[3]]));
    }
}
