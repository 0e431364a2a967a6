using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Training;

/// <summary>
/// A user's task with everything that a restart must bring back: a queue of earlier keys, its place, and averaged copies.
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
        private readonly nn.Module<Tensor, Tensor> head;
        private readonly Averaged<Encoder> slowEncoder;
        private readonly Averaged<nn.Module<Tensor, Tensor>> slowHead;
        private readonly FeatureQueue queue;

        public QueueModel(Encoder encoder)
            : base(TaskName, encoder)
        {
            const int width = 16;
            head = nn.Linear(encoder.FeatureCount, width);
            slowEncoder = new(encoder.Copy());
            slowHead = new(nn.Linear(encoder.FeatureCount, width), head);
            queue = FeatureQueue.Random(length: 12, width);
            RegisterComponents();
            Objectives = [new Objective("contrast", ComputeLoss, encoder, head)];
        }

        public override IReadOnlyList<Objective> Objectives { get; }

        public override void OnStepCompleted(PretextBatch batch, StepContext step)
        {
            slowEncoder.Follow(Encoder, keep: 0.9);
            slowHead.Follow(head, keep: 0.9);
            queue.Enqueue(step.Kept("keys")!);
        }

        private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
        {
            using var scope = NewDisposeScope();
            var images = Encoder.Normalize(batch.Inputs).chunk(2);
            var queries = Embed(head, Encoder.forward(images[0]));
            var keys = Embed(slowHead.Module, slowEncoder.Module.forward(images[1]));
            var logits = cat([queries.mul(keys).sum(1, keepdim: true), queries.mm(queue.Rows.t())], 1).div(0.2);
            step.Keep("keys", keys);
            return new PretextLoss(nn.functional.cross_entropy(logits, zeros(logits.shape[0], int64, logits.device))).MoveToOuterDisposeScope();
        }

        private static Tensor Embed(nn.Module<Tensor, Tensor> layer, Tensor features) =>
            nn.functional.normalize(layer.forward(features).to(ScalarType.Float32), dim: 1);
    }
}
