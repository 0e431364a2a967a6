using SelfSup.Heads;
using SelfSup.Losses;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>DeepCluster's second form: a memory of the embeddings of every image, clustered before every epoch.</summary>
internal sealed class SecondDeepClusterModel : DeepClusterModel
{
    public const int LargeCrops = 2;
    private const string Embeddings = "embeddings";
    private readonly ProjectionHead projector;
    private readonly Tensor memory; // (crops, images, D); zeros of images that were not seen yet
    private readonly Tensor centers; // (clusterings, clusters, D)
    private readonly Tensor clusters; // (clusterings, images); -1 where the memory has nothing

    public SecondDeepClusterModel(string name, PretextSetup setup, DeepClusterOptions options)
        : base(name, setup.Encoder)
    {
        projector = new ProjectionHead(setup.Encoder.FeatureCount, new() { LastBias = true });
        memory = zeros([LargeCrops, setup.ImageCount, projector.Outputs], float32, CPU);
        centers = zeros([options.Clusterings, Math.Min(options.Clusters, setup.ImageCount), projector.Outputs], float32, CPU);
        clusters = full([options.Clusterings, setup.ImageCount], -1, int64, CPU);
        RegisterComponents();
        Objectives = [new Objective("clusters", ComputeLoss, setup.Encoder, projector) { Alarms = [EmbeddingSpread.Alarm, UsedAnswers.Alarm] }];
    }

    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Clusters the memory, every clustering from a start of its own, on the embeddings of one of the large crops.</summary>
    public override void OnEpochStarting(EpochContext epoch)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        if (epoch.Epoch == 0)
            FillMemory(epoch);
        for (var i = 0; i < centers.shape[0]; i++)
        {
            using var inner = NewDisposeScope();
            var rows = memory.select(0, i % LargeCrops);
            var start = SphericalKMeans.DrawStart(rows, (int)centers.shape[1], epoch.Random);
            var (found, nearest) = SphericalKMeans.Fit(rows, start);
            centers.select(0, i).copy_(found);
            clusters.select(0, i).copy_(where(rows.square().sum(1).gt(0), nearest, full_like(nearest, -1)));
        }
    }

    /// <summary>Remembers the embeddings of the large crops.</summary>
    public override void OnStepCompleted(PretextBatch batch, StepContext step)
    {
        using var images = step.Gather(batch.Targets);
        Remember(step.Kept(Embeddings)!, images);
    }

    public override Tensor PredictClusters(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return Score(Embed(batch.Views), 0).argmax(1).MoveToOuterDisposeScope();
    }

    private void FillMemory(EpochContext epoch)
    {
        foreach (var input in epoch.ReadImages())
        {
            using var scope = NewDisposeScope();
            Remember(Embed([input.Images, input.Images.flip(3)]), input.Indices);
        }
    }

    private void Remember(Tensor embeddings, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (crop, rows) in Crops.Split(embeddings, LargeCrops).Index())
            memory.select(0, crop).index_copy_(0, images, rows);
    }

    private Tensor Embed(IEnumerable<Tensor> views) => Crops.Embed(projector, Crops.Encode(Encoder, views));

    private Tensor Score(Tensor embeddings, int clustering) => Cosines.Between(LossPrecision.Raise(embeddings), centers.select(0, clustering));

    private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        var embeddings = Embed(batch.Views);
        var images = batch.Inputs.shape[0];
        var large = embeddings.narrow(0, 0, LargeCrops * images);
        step.Keep(Embeddings, step.Gather(large));
        int[] clusterings = [.. Enumerable.Range(0, (int)centers.shape[0])];
        Tensor[] scores = [.. clusterings.Select(i => Score(embeddings, i))];
        // Images of another source have no rows: theirs is the cluster of the first crop, which the others must agree with.
        Tensor[] labels = [.. clusterings.Select(i => step.IsTraining
            ? clusters.select(0, i).index_select(0, batch.Targets)
            : scores[i].narrow(0, 0, images).detach().argmax(1))];
        var predicted = scores[0].narrow(0, step.IsTraining ? 0 : images, images);
        return new PretextLoss(
            ClusterLoss.Of(scores, labels),
            ("accuracy", predicted.detach().argmax(1).eq(labels[0]).to(ScalarType.Float32).mean()),
            (EmbeddingSpread.Metric, EmbeddingSpread.Of(large.narrow(0, 0, images))),
            (UsedAnswers.Metric, UsedAnswers.Of(predicted))).MoveToOuterDisposeScope();
    }
}
