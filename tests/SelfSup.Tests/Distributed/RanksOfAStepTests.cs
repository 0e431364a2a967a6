using SelfSup.Data;
using SelfSup.Distributed;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Tests.Distributed;

/// <summary>What several ranks learn of their parts of a batch is what one process learns of the whole.</summary>
public class RanksOfAStepTests
{
    private const int Images = 8, Size = 32;
    private const double Rounding = 1e-4;

    // Levels of views and bins of colors are rounded: one of them that falls the other way shows in small gradients.
    private static readonly Dictionary<string, double> rougher = new() { ["dino"] = 1e-2, ["colorization"] = 2e-3 };

    [Theory]
    [InlineData("rotation")]
    [InlineData("jigsaw")]
    [InlineData("colorization")]
    [InlineData("simclr")]
    [InlineData("moco")]
    [InlineData("moco-v3")]
    [InlineData("nnclr")]
    [InlineData("byol")]
    [InlineData("simsiam")]
    [InlineData("barlow-twins")]
    [InlineData("vicreg")]
    [InlineData("lejepa")]
    [InlineData("swav")]
    [InlineData("dino")]
    [InlineData("instance-discrimination")]
    public void EqualPartsTrainAsTheWhole(string task) => AssertSame(task, [4, 4]);

    [Theory]
    [InlineData("rotation")]
    [InlineData("simclr")]
    [InlineData("swav")]
    public void UnequalPartsTrainAsTheWhole(string task) => AssertSame(task, [2, 3, 3]);

    private static void AssertSame(string name, int[] counts)
    {
        using var scope = NewDisposeScope();
        var alone = ThreadGroup.Create(1)[0];
        var (expected, expectedMetrics) = Train(name, [alone], [Images])[0];
        var ranks = Train(name, ThreadGroup.Create(counts.Length), counts);
        foreach (var (state, metrics) in ranks)
        {
            Assert.Equal(expectedMetrics.Keys, metrics.Keys);
            Assert.All(expectedMetrics, pair => Assert.True(
                Math.Abs(pair.Value - metrics[pair.Key]) < 1e-3 * (1 + Math.Abs(pair.Value)) || IsOfOwnImages(pair.Key), $"{pair.Key}: {metrics[pair.Key]}, not {pair.Value}"));
            foreach (var (key, tensor) in expected)
            {
                var difference = state[key].to(float32).sub(tensor.to(float32)).norm().item<float>();
                var size = tensor.to(float32).norm().item<float>();
                Assert.True(difference <= rougher.GetValueOrDefault(name, Rounding) * (size + 0.1), $"{key} differs by {difference} of {size}");
            }
        }
        // All ranks have the same bits, or they drift apart.
        Assert.All(ranks[0].State, pair => Assert.All(ranks, rank => Assert.True(rank.State[pair.Key].eq(pair.Value).all().item<bool>(), pair.Key)));
    }

    // How far images are apart is measured among a rank's own where a loss does not see the whole batch.
    private static bool IsOfOwnImages(string metric) => metric.EndsWith("/deviation", StringComparison.Ordinal);

    private static (Dictionary<string, Tensor> State, Dictionary<string, float> Metrics)[] Train(string name, ThreadGroup[] ranks, int[] counts)
    {
        // One after the other, since TorchSharp draws weights from a generator that all threads share.
        var made = ranks.Select(rank => new Rank(name, rank, counts)).ToArray();
        ThreadGroup.RunAll(ranks, rank => made[rank.Rank].Train());
        return [.. made.Select(rank => rank.Finish())];
    }

    private sealed class Rank
    {
        private readonly Encoder encoder = new ConvNet(Size);
        private readonly TrainingStep step;
        private readonly ViewMaker views;
        private readonly BatchShare share;
        private readonly Dictionary<string, float> metrics = [];

        public Rank(string name, ThreadGroup group, int[] counts)
        {
            var task = TaskCatalog.Create(name);
            var options = new PretrainingOptions
            {
                BatchSize = Images,
                Precision = Precision.Float32,
                Recipe = TrainingRecipe.Default with { LearningRate = 0.01, Warmup = 0 },
                Group = group,
            };
            encoder.train();
            step = new TrainingStep(encoder, [new WeightedTask(task)], 64, options, CPU);
            views = new ViewMaker([task], options.Augmentation, Size, CPU, 0, Seeds.Augmentation);
            share = new BatchShare(counts[..group.Rank].Sum(), counts[group.Rank], Images);
        }

        public void Train()
        {
            using var scope = NewDisposeScope();
            using var batch = Read();
            using var input = views.Make(batch, 0, share)[0];
            using var measured = step.Run([input], 0, 10, 0, share);
            foreach (var (metric, value) in measured.Names.Zip(measured.Values.data<float>().ToArray()))
                metrics[metric] = value;
        }

        public (Dictionary<string, Tensor> State, Dictionary<string, float> Metrics) Finish()
        {
            var state = step.State().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone());
            step.Dispose();
            encoder.Dispose();
            return (state, metrics);
        }

        private ImageBatch Read()
        {
            var loader = new ImageLoader(new ProceduralImages(Images, seed: 3), new() { ImageSize = views.ReadSize, BatchSize = (int)share.Count, Workers = 1 });
            int[] ownFirst = [.. Enumerable.Range(0, Images).Select(i => (i + (int)share.First) % Images)];
            return loader.ReadInOrder(ownFirst).First();
        }
    }
}
