using SelfSup.Encoders;
using SelfSup.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Usage.Tests.Methods;

/// <summary>DeepCluster: before every epoch all images are clustered by their features, and the clusters are the classes.</summary>
internal sealed class DeepClusterTask(int clusters) : PretextTask("deepcluster")
{
    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["clusters"] = $"{clusters}" };

    public override PretextBatch Generate(PretextInput input, RandomSource random) => PretextBatch.OfViews(input);

    public override PretextModel CreateModel(PretextSetup setup) => new Model(Name, setup, clusters);

    private sealed class Model : PretextModel
    {
        private readonly Linear head;
        private readonly Tensor assignments; // a cluster for every image

        public Model(string name, PretextSetup setup, int clusters)
            : base(name, setup.Encoder)
        {
            head = nn.Linear(setup.Encoder.FeatureCount, clusters);
            assignments = zeros(setup.ImageCount, int64);
            RegisterComponents();
            Objectives = [new Objective("clusters", ComputeLoss, setup.Encoder, head)];
        }

        public override IReadOnlyList<Objective> Objectives { get; }

        public override void OnEpochStarting(EpochContext epoch)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var (features, images) = ReadFeatures(epoch);
            assignments.index_copy_(0, images, KMeans.Assign(features, (int)head.weight!.shape[0], epoch.Random));
            epoch.UseOrder(EvenOrder(images, epoch));
            head.weight.copy_(epoch.Random.Normal(head.weight.shape).mul(0.01));
            head.bias!.zero_();
            epoch.ResetOptimizer(head);
        }

        private (Tensor Features, Tensor Images) ReadFeatures(EpochContext epoch)
        {
            using var evaluation = new EvaluationMode(Encoder);
            var (features, images) = (new List<Tensor>(), new List<Tensor>());
            foreach (var input in epoch.ReadImages())
            {
                features.Add(Encoder.forward(Encoder.Normalize(input.Images)));
                images.Add(input.Indices.clone());
            }
            return (nn.functional.normalize(cat(features), dim: 1), cat(images));
        }

        /// <summary>As many images of every cluster, in a random order.</summary>
        private int[] EvenOrder(Tensor images, EpochContext epoch)
        {
            var of = Numbers(images).Zip(Numbers(assignments.index_select(0, images)));
            var clusters = of.GroupBy(pair => pair.Second, pair => (int)pair.First).Select(group => group.ToArray()).ToArray();
            var places = Numbers(epoch.Random.Permutation(epoch.ImageCount));
            var draws = Numbers(epoch.Random.Integers(int.MaxValue, epoch.ImageCount));
            return [.. places.Zip(draws, (place, draw) => Member(clusters[place % clusters.Length], draw))];

            static long[] Numbers(Tensor tensor) => tensor.to(CPU).data<long>().ToArray();
            static int Member(int[] cluster, long draw) => cluster[draw % cluster.Length];
        }

        private PretextLoss ComputeLoss(PretextBatch batch)
        {
            using var scope = NewDisposeScope();
            var logits = head.forward(Encoder.forward(Encoder.Normalize(batch.Inputs)));
            return ClassificationLoss.Of(logits, assignments.index_select(0, batch.Targets)).MoveToOuterDisposeScope();
        }
    }
}
