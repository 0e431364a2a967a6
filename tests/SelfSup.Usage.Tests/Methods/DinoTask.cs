using SelfSup.Heads;
using SelfSup.Losses;
using SelfSup.Optimization;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Usage.Tests.Methods;

/// <summary>DINO: of small crops the student gives the answers that an averaged teacher gives of large ones.</summary>
internal sealed class DinoTask() : PretextTask("dino")
{
    private const int Answers = 64;

    public override TrainingRecipe Recipe => TrainingRecipe.Default with { ClipGradientNorm = 3, ClipEachParameter = true };

    public override IReadOnlyList<View> Views { get; } = [new(Crops.Of(0.4), count: 2), new(Crops.Of(0.05, 0.4), size: 16, count: 4)];

    public override PretextBatch Generate(PretextInput input, RandomSource random) => PretextBatch.OfViews(input);

    public override PretextModel CreateModel(PretextSetup setup) => new Model(Name, setup.Encoder);

    private sealed class Model : PretextModel
    {
        private readonly ProjectionHead head;
        private readonly UnitLinear prototypes;
        private readonly Averaged<Encoder> teacher;
        private readonly Averaged<ProjectionHead> teacherHead;
        private readonly Averaged<UnitLinear> teacherPrototypes;
        private readonly DistillationCenter center;

        public Model(string name, Encoder encoder)
            : base(name, encoder)
        {
            head = new ProjectionHead(encoder.FeatureCount, new() { Hidden = 128, Output = 32, Layers = 3, LastBias = true });
            prototypes = new UnitLinear(head.Outputs, Answers);
            (teacher, teacherHead, teacherPrototypes) = (new(encoder.Copy()), new(head.Copy()), new(prototypes.Copy()));
            center = new DistillationCenter(Answers);
            RegisterComponents();
            Objectives = [new Objective("distillation", ComputeLoss, encoder, head, prototypes)];
        }

        public override IReadOnlyList<Objective> Objectives { get; }

        public override Encoder Result => teacher.Module;

        public override void OnStepCompleted(PretextBatch batch, StepContext step)
        {
            center.Follow(step.Kept("teacher")!);
            teacher.Follow(Encoder, 0.99);
            teacherHead.Follow(head, 0.99);
            teacherPrototypes.Follow(prototypes, 0.99);
        }

        private static Tensor Answer(Encoder encoder, ProjectionHead head, UnitLinear prototypes, Tensor images) =>
            prototypes.forward(nn.functional.normalize(head.forward(encoder.forward(encoder.Normalize(images))), dim: 1));

        private static Tensor[] PerCrop(Tensor answers, int crops) =>
            [.. Enumerable.Range(0, crops).Select(crop => answers.unflatten(0, crops, -1).select(0, crop))];

        private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
        {
            using var scope = NewDisposeScope();
            foreach (var parameter in prototypes.parameters())
                parameter.requires_grad = step.Epoch > 0; // it stays as it is in the first epoch
            // Crops of one size go through the network together.
            var large = cat([.. batch.Views.Take(2)]);
            var small = cat([.. batch.Views.Skip(2)]);
            var students = PerCrop(Answer(Encoder, head, prototypes, large), 2).Concat(PerCrop(Answer(Encoder, head, prototypes, small), 4));
            var teachers = Answer(teacher.Module, teacherHead.Module, teacherPrototypes.Module, large);
            step.Keep("teacher", teachers);
            return new PretextLoss(SelfDistillationLoss.Of([.. students], PerCrop(teachers, 2), center.Value)).MoveToOuterDisposeScope();
        }
    }
}
