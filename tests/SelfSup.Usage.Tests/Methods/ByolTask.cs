using SelfSup.Heads;
using SelfSup.Losses;
using SelfSup.Optimization;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Usage.Tests.Methods;

/// <summary>BYOL: the online network predicts what an averaged copy of it makes of the other view.</summary>
internal sealed class ByolTask(double keep = 0.99) : PretextTask("byol")
{
    public override IReadOnlyList<View> Views { get; } = [new(Crops.Of(0.08)), new(Crops.Of(0.08) with { Solarize = 0.2 })];

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["keep"] = $"{keep}" };

    public override PretextBatch Generate(PretextInput input, RandomSource random) => PretextBatch.OfViews(input);

    public override PretextModel CreateModel(PretextSetup setup) => new Model(Name, setup.Encoder, keep);

    private sealed class Model : PretextModel
    {
        private readonly double keep;
        private readonly ProjectionHead projector;
        private readonly ProjectionHead predictor;
        private readonly Averaged<Encoder> teacher;
        private readonly Averaged<ProjectionHead> teacherProjector;

        public Model(string name, Encoder encoder, double keep)
            : base(name, encoder)
        {
            this.keep = keep;
            projector = new ProjectionHead(encoder.FeatureCount, new() { Hidden = 256, Output = 64 });
            predictor = new ProjectionHead(projector.Outputs, new() { Hidden = 256, Output = projector.Outputs });
            teacher = new Averaged<Encoder>(encoder.Copy());
            teacherProjector = new Averaged<ProjectionHead>(projector.Copy());
            RegisterComponents();
            Objectives = [new Objective("distance", ComputeLoss, encoder, projector, predictor)];
        }

        public override IReadOnlyList<Objective> Objectives { get; }

        public override void OnStepCompleted(PretextBatch batch, StepContext step)
        {
            var share = Ramp.Cosine(keep, 1, step.Progress);
            teacher.Follow(Encoder, share);
            teacherProjector.Follow(projector, share);
        }

        private PretextLoss ComputeLoss(PretextBatch batch)
        {
            using var scope = NewDisposeScope();
            Tensor[] images = [.. batch.Views.Select(Encoder.Normalize)];
            Tensor[] p = [.. images.Select(view => predictor.forward(projector.forward(Encoder.forward(view))))];
            Tensor[] z = [.. images.Select(view => teacherProjector.Module.forward(teacher.Module.forward(view)))];
            var loss = NegativeCosine.SquaredDistance(p[0], z[1]).add(NegativeCosine.SquaredDistance(p[1], z[0]));
            return new PretextLoss(loss).MoveToOuterDisposeScope();
        }
    }
}
