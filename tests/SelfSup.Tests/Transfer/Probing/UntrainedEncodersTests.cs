using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Transfer;
using TorchSharp;

namespace SelfSup.Tests.Transfer;

public class UntrainedEncodersTests
{
    [Fact]
    public void DataStatisticsAreRandomWeightsWhoseNormsHaveSeenTheImages()
    {
        using var encoder = new ConvNet(16, seed: 1);
        var train = new TestImages(64, 2);
        var kinds = UntrainedEncoders.Of(encoder, train, batchSize: 8, workers: 2, progress: null, CancellationToken.None);
        Assert.Equal(["random weights", "data statistics"], kinds.Select(kind => kind.Name));
        using var random = kinds[0].Create(5);
        using var seen = kinds[1].Create(5);
        using var again = kinds[1].Create(5);
        using var other = kinds[1].Create(6);
        Assert.All(train.Reads, count => Assert.Equal(3 * 7, count)); // 56 steps of 8, each of the three
        Assert.All(
            random.named_parameters().Zip(seen.named_parameters()), pair => Assert.True(pair.First.parameter.Equals(pair.Second.parameter)));
        Assert.All(
            random.named_buffers().Where(buffer => buffer.name.Contains("running")).Zip(seen.named_buffers().Where(buffer => buffer.name.Contains("running"))),
            pair => Assert.False(pair.First.buffer.Equals(pair.Second.buffer), pair.First.name));
        Assert.False(seen.training);
        Assert.Equal(WeightsFingerprint.Of(seen), WeightsFingerprint.Of(again));
        Assert.NotEqual(WeightsFingerprint.Of(seen), WeightsFingerprint.Of(other));
    }

    /// <summary>A few images say as much as the same ones many times over: what statistics begin with has no part in them.</summary>
    [Fact]
    public void StatisticsOfFewImagesAreTheirs()
    {
        using var encoder = new ConvNet(16, seed: 1);
        var few = new TestImages(8, 2);
        var many = new LabeledSubset(few, Enumerable.Range(0, 800).Select(i => i % 8));
        using var ofFew = UntrainedEncoders.Of(encoder, few, 8, 1, progress: null, CancellationToken.None)[1].Create(5);
        using var ofMany = UntrainedEncoders.Of(encoder, many, 8, 1, progress: null, CancellationToken.None)[1].Create(5);
        foreach (var (own, others) in Variances(ofFew).Zip(Variances(ofMany)))
            Assert.InRange(own / others, 0.75, 1.25);

        static double[] Variances(Encoder encoder) =>
            [.. encoder.named_buffers().Where(buffer => buffer.name.EndsWith("running_var", StringComparison.Ordinal)).Select(buffer => (double)buffer.buffer.mean().ToSingle())];
    }

    [Fact]
    public void AnEncoderWithoutStatisticsHasNoSuchRow()
    {
        using var encoder = new BareEncoder();
        Assert.Equal(
            ["random weights"],
            UntrainedEncoders.Of(encoder, new TestImages(8, 2), 8, 1, progress: null, CancellationToken.None).Select(kind => kind.Name));
    }

    private sealed class BareEncoder : Encoder
    {
        private readonly TorchSharp.Modules.Conv2d layer = TorchSharp.torch.nn.Conv2d(3, 4, 3);

        public BareEncoder()
            : base("bare", 16) => RegisterComponents();

        public override IReadOnlyList<EncoderStage> Stages { get; } = [new("layer", 4)];

        public override Encoder CreateUntrained(int seed) => new BareEncoder();

        public override TorchSharp.torch.Tensor[] ForwardStages(TorchSharp.torch.Tensor inputs) => [layer.forward(inputs)];
    }
}
