using SelfSup.Encoders;
using SelfSup.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>DeepCluster's first form: images are read and clustered before every epoch, and a new layer tells the clusters.</summary>
internal sealed class FirstDeepClusterModel : DeepClusterModel
{
    private const int FewestComponents = 16, MostComponents = 256;
    private const int Iterations = 20;
    private const double WeightDeviation = 0.01;
    private readonly Linear head;
    private readonly Tensor clusters; // (images)

    public FirstDeepClusterModel(string name, PretextSetup setup, DeepClusterOptions options)
        : base(name, setup.Encoder)
    {
        head = nn.Linear(setup.Encoder.FeatureCount, Math.Min(options.Clusters, setup.ImageCount));
        clusters = zeros(setup.ImageCount, int64, CPU);
        RegisterComponents();
        Objectives = [new Objective("clusters", ComputeLoss, setup.Encoder, head) { Alarms = [UsedAnswers.Alarm] }];
    }

    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Clusters the images, lets every cluster come about as often as any other, and draws a new layer.</summary>
    public override void OnEpochStarting(EpochContext epoch)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (features, images) = ReadFeatures(epoch);
        var rows = nn.functional.normalize(Whitening.Of(features, Math.Clamp(Encoder.FeatureCount / 4, FewestComponents, MostComponents)), dim: 1);
        var start = SphericalKMeans.DrawStart(rows, (int)Math.Min(head.weight!.shape[0], rows.shape[0]), epoch.Random);
        var found = SphericalKMeans.Fit(rows, start, Iterations).Clusters;
        clusters.index_copy_(0, images, found);
        long[] indices = Numbers(images), of = Numbers(found);
        epoch.UseOrder([.. UniformClusterOrder.Draw(of, epoch.ImageCount, epoch.Random).Select(place => (int)indices[place])]);
        head.weight.copy_(epoch.Random.Normal(head.weight.shape).mul(WeightDeviation));
        head.bias!.zero_();
        epoch.ResetOptimizer(head);

        static long[] Numbers(Tensor tensor) => tensor.cpu().data<long>().ToArray();
    }

    public override Tensor PredictClusters(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return Score(batch).argmax(1).MoveToOuterDisposeScope();
    }

    private (Tensor Features, Tensor Images) ReadFeatures(EpochContext epoch)
    {
        using var evaluation = new EvaluationMode(Encoder);
        var (features, images) = (new List<Tensor>(), new List<Tensor>());
        foreach (var input in epoch.ReadImages())
        {
            features.Add(Crops.Encode(Encoder, [input.Images]));
            images.Add(input.Indices.clone());
        }
        return (cat(features), cat(images));
    }

    private Tensor Score(PretextBatch batch) => head.forward(Crops.Encode(Encoder, batch.Views));

    private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        var scores = Score(batch);
        var used = (UsedAnswers.Metric, UsedAnswers.Of(scores));
        // Images of another source are in no cluster; how unsure the answers are is all that can be told.
        if (!step.IsTraining)
            return new PretextLoss(ClassificationLoss.Of(scores, scores.detach().argmax(1)).Value, used).MoveToOuterDisposeScope();
        var loss = ClassificationLoss.Of(scores, clusters.index_select(0, batch.Targets));
        return new PretextLoss(loss.Value, [.. loss.Metrics, used]).MoveToOuterDisposeScope();
    }
}
