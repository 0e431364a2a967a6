using SelfSup.Heads;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Usage.Tests.Methods;

/// <summary>SimSiam: a view predicts the other, whose side is a constant.</summary>
internal sealed class SimSiamTask() : PretextTask("simsiam")
{
    public override IReadOnlyList<View> Views { get; } = [new(Crops.Of(0.2), count: 2)];

    public override PretextBatch Generate(PretextInput input, RandomSource random) => PretextBatch.OfViews(input);

    public override PretextModel CreateModel(PretextSetup setup) => new Model(Name, setup.Encoder);

    private sealed class Model : PretextModel
    {
        private readonly ProjectionHead projector;
        private readonly ProjectionHead predictor;

        public Model(string name, Encoder encoder)
            : base(name, encoder)
        {
            projector = new ProjectionHead(encoder.FeatureCount, new() { Hidden = 256, Output = 256, OutputNorm = OutputNorm.Plain });
            predictor = new ProjectionHead(projector.Outputs, new() { Hidden = 64, Output = projector.Outputs, LastBias = true });
            RegisterComponents();
            Objectives = [new Objective("cosine", ComputeLoss, encoder, projector, predictor)];
        }

        public override IReadOnlyList<Objective> Objectives { get; }

        private PretextLoss ComputeLoss(PretextBatch batch)
        {
            using var scope = NewDisposeScope();
            Tensor[] z = [.. batch.Views.Select(view => projector.forward(Encoder.forward(Encoder.Normalize(view))))];
            Tensor[] p = [.. z.Select(predictor.forward)];
            var loss = NegativeCosine.Of(p[0], z[1]).add(NegativeCosine.Of(p[1], z[0])).div(2);
            return new PretextLoss(loss).MoveToOuterDisposeScope();
        }
    }
}
