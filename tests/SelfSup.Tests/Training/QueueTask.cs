using static TorchSharp.torch;

namespace SelfSup.Tests.Training;

/// <summary>
/// A user's task with everything that a restart must bring back: a queue of earlier keys, its place, and an averaged copy of the head.
/// Two flips of an image are to be nearer to each other than to what is in the queue.
/// </summary>
internal sealed class QueueTask() : PretextTask(TaskName)
{
    public const string TaskName = "queue";

    public override PretextBatch Generate(PretextInput input, RandomSource random)
    {
        using var mirrored = input.Images.flip(3);
        return new(cat([input.Images, mirrored]));
    }

    public override PretextModel CreateModel(PretextSetup setup) => new QueueModel(setup.Encoder);

    private sealed class QueueModel : PretextModel
    {
        private const int Length = 12, Width = 16;
        private readonly nn.Module<Tensor, Tensor> head;
        private readonly nn.Module<Tensor, Tensor> average;
        private readonly Tensor queue;
        private readonly Tensor place;

        public QueueModel(Encoder encoder)
            : base(TaskName, encoder)
        {
            head = nn.Linear(encoder.FeatureCount, Width);
            average = nn.Linear(encoder.FeatureCount, Width);
            average.load_state_dict(head.state_dict());
            foreach (var parameter in average.parameters())
                parameter.requires_grad = false;
            queue = nn.functional.normalize(randn(Length, Width), dim: 1);
            place = zeros(1, int64);
            RegisterComponents();
            Objectives = [new Objective("contrast", ComputeLoss, encoder, head)];
        }

        public override IReadOnlyList<Objective> Objectives { get; }

        public override void OnStepCompleted(PretextBatch batch, StepContext step)
        {
            using var noGrad = no_grad();
            foreach (var (slow, fast) in average.parameters().Zip(head.parameters()))
                slow.lerp_(fast, 0.1);
            Enqueue(step.Kept("keys")!);
        }

        private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
        {
            using var scope = NewDisposeScope();
            var features = Encoder.forward(Encoder.Normalize(batch.Inputs)).to(ScalarType.Float32).chunk(2);
            var queries = Embed(head, features[0]);
            var keys = Embed(average, features[1].detach());
            var logits = cat([queries.mul(keys).sum(1, keepdim: true), queries.mm(queue.t())], 1).div(0.2);
            var loss = nn.functional.cross_entropy(logits, zeros(logits.shape[0], int64));
            step.Keep("keys", keys);
            return new PretextLoss(loss.MoveToOuterDisposeScope());
        }

        private static Tensor Embed(nn.Module<Tensor, Tensor> layer, Tensor features) =>
            nn.functional.normalize(layer.forward(features).to(ScalarType.Float32), dim: 1);

        private void Enqueue(Tensor keys)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var rows = arange(keys.shape[0], int64).add(place).remainder(Length);
            queue.index_copy_(0, rows, keys);
            place.add_(keys.shape[0]).remainder_(Length);
        }
    }
}
