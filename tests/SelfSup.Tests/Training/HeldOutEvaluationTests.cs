using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Training;

/// <summary>Held-out images are only looked at: the networks answer as they would after the run, and nothing is learned.</summary>
public class HeldOutEvaluationTests
{
    private static readonly ProceduralImages Images = new(8, seed: 3);

    /// <summary>Draws nothing, so that an image's problem is the same in any batch.</summary>
    private sealed class DrawlessTask() : ClassificationTask("drawless", classes: 2)
    {
        protected override LabeledBatch Generate(Tensor images, RandomSource random) =>
            new(images.to(ScalarType.Float32).div(255), images.select(1, 0).mean([1, 2], type: ScalarType.Float32).gt(128).to(int64));
    }

    [Fact]
    public void TheAnswerToAnImageDoesNotDependOnItsBatch()
    {
        // Norms in training mode would take their statistics from the two or eight images of a batch.
        var (small, large) = (Evaluate(batchSize: 2), Evaluate(batchSize: 8));
        Assert.Equal(["drawless/accuracy", "drawless/loss"], small.Keys.Order());
        Assert.All(small, pair => Assert.Equal(pair.Value, large[pair.Key], 1e-5));
    }

    /// <summary>What is remembered of the images to learn from says nothing of these, and has fewer rows.</summary>
    [Theory]
    [InlineData("deepcluster")]
    [InlineData("deepcluster-v1")]
    public void MoreImagesThanAreLearnedFromAreInClustersOfTheirOwn(string task)
    {
        using var encoder = new ConvNet(32);
        var result = Pretraining.Run(
            encoder, [new WeightedTask(TaskCatalog.Create(task))], Images, new() { Epochs = 1, BatchSize = 4, HeldOut = new ProceduralImages(20, seed: 4) });
        Assert.Contains(result.Metrics, metric => metric.Key == $"held_out/{task}/loss" && double.IsFinite(metric.Value));
    }

    [Fact]
    public void NetworksAreLeftAsTheyWere()
    {
        using var encoder = new ConvNet(32);
        using var step = NewStep(encoder, new RotationTask(), batchSize: 4);
        var before = step.State().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        using var evaluated = NewDisposeScope();
        Evaluate(step, new RotationTask(), batchSize: 4);
        Assert.All(before, pair => Assert.True(pair.Value.Equals(step.State()[pair.Key]), pair.Key));
        Assert.All(step.Networks.SelectMany(network => network.modules()), module => Assert.True(module.training));
        Assert.DoesNotContain(encoder.parameters(), parameter => parameter.grad is not null);
    }

    private static Dictionary<string, double> Evaluate(int batchSize)
    {
        using var encoder = new ConvNet(32);
        using var step = NewStep(encoder, new DrawlessTask(), batchSize);
        return Evaluate(step, new DrawlessTask(), batchSize);
    }

    private static Dictionary<string, double> Evaluate(TrainingStep step, IPretextTask task, int batchSize) =>
        new HeldOutEvaluation(Images, [task], 32, Options(batchSize), CPU).Evaluate(step, 10, 20, 0, CancellationToken.None);

    private static TrainingStep NewStep(Encoder encoder, IPretextTask task, int batchSize)
    {
        encoder.train();
        return new TrainingStep(encoder, [new WeightedTask(task)], Images.Count, Options(batchSize), CPU);
    }

    private static PretrainingOptions Options(int batchSize) => new()
    {
        BatchSize = batchSize,
        Precision = Precision.Float32,
        Augmentation = Augmentation.None,
    };
}
