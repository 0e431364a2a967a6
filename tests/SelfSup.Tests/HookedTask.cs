using SelfSup.Previews;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests;

/// <summary>A sound task of a few lines, with a place for every mistake or question that a test wants to put into it.</summary>
internal class HookedTask(string name = "hooked") : PretextTask(name)
{
    /// <summary>Width of the head's output.</summary>
    public const int Width = 4;

    public override IReadOnlyList<View> Views => AskedViews;

    public IReadOnlyList<View> AskedViews { get; init; } = [];

    public Func<PretextInput, RandomSource, PretextBatch> Generating { get; init; } = (input, _) => PretextBatch.OfViews(input);

    /// <summary>A module beside the head.</summary>
    public nn.Module? Beside { get; init; }

    /// <summary>Whether the module beside the head is named in the objective.</summary>
    public bool TrainsBeside { get; init; }

    /// <summary>Whether the encoder is left out of the objective, as it is from that of a probe.</summary>
    public bool TrainsHeadAlone { get; init; }

    /// <summary>The loss of the head's answers (N, 4).</summary>
    public Func<Tensor, StepContext, Tensor> Loss { get; init; } = (answers, _) => answers.to(ScalarType.Float32).sub(1).abs().mean();

    public Action<EpochContext> EpochStarting { get; init; } = _ => { };

    public Action<PretextBatch, StepContext> StepCompleted { get; init; } = (_, _) => { };

    public Action Drawing { get; init; } = () => { };

    /// <summary>Makes the encoder that the method keeps, of the trained one as it is at the start; null keeps the trained one.</summary>
    public Func<Encoder, Encoder>? Keeping { get; init; }

    public override PretextBatch Generate(PretextInput input, RandomSource random) => Generating(input, random);

    public override PretextModel CreateModel(PretextSetup setup) => new Model(this, setup.Encoder);

    public override PreviewGrid Preview(PretextBatch batch, PretextModel? model)
    {
        Drawing();
        return base.Preview(batch, model);
    }

    private sealed class Model : PretextModel
    {
        private readonly Func<HookedTask> task;
        private readonly nn.Module<Tensor, Tensor> head;
        private readonly nn.Module? beside;
        private readonly Averaged<Encoder>? kept;

        public Model(HookedTask task, Encoder encoder)
            : base(task.Name, encoder)
        {
            this.task = () => task;
            head = nn.Linear(encoder.FeatureCount, Width);
            beside = task.Beside;
            kept = task.Keeping is { } make ? new Averaged<Encoder>(make(encoder)) : null;
            RegisterComponents();
            Objectives = [new Objective("answers", ComputeLoss, task.TrainsHeadAlone ? [head] : task.TrainsBeside ? [encoder, head, beside!] : [encoder, head])];
        }

        public override IReadOnlyList<Objective> Objectives { get; }

        public override Encoder Result => kept?.Module ?? Encoder;

        public override void OnEpochStarting(EpochContext epoch) => task().EpochStarting(epoch);

        public override void OnStepCompleted(PretextBatch batch, StepContext step) => task().StepCompleted(batch, step);

        private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
        {
            using var scope = NewDisposeScope();
            var answers = head.forward(Encoder.forward(Encoder.Normalize(batch.Inputs)));
            return new PretextLoss(task().Loss(answers, step)).MoveToOuterDisposeScope();
        }
    }
}
