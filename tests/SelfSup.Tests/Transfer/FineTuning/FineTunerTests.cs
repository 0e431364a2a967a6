using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

public class FineTunerTests
{
    private static readonly FineTuneOptions Quick = new() { Shares = [0.2, 0.199, 1], Steps = 25, BatchSize = 16, LearningRates = [0.01, 0.05] };

    [Fact]
    public void BothNetworksLearnFromTheSameLabelsAndTheEncoderStaysAsItIs()
    {
        using var encoder = new ConvNet(16, seed: 1);
        var before = FeatureExtractorTests.Snapshot(encoder);
        var (train, test) = (new TestImages(60, 3, seed: 1), new TestImages(30, 3, seed: 2));
        var rows = FineTuner.Evaluate(encoder, train, test, Quick);
        Assert.Equal(before, FeatureExtractorTests.Snapshot(encoder));
        Assert.Equal([12, 60], rows.Select(row => row.Labels));
        Assert.True(rows[1].Pretrained > 0.8 && rows[1].FromScratch > 0.8, $"{rows[1]}"); // the mean color tells the class
        Assert.Equal(rows, FineTuner.Evaluate(encoder, train, test, Quick)); // the same seed, the same result
    }

    /// <summary>The good rate is neither the first, nor the middle, nor in both cases the last one; at the others nothing is learned.</summary>
    [Theory]
    [InlineData(1e-9, 1e-8, 1e-7, 0.05)]
    [InlineData(0.05, 1e6, 1e7, 1e8)]
    public void TheHeldOutLabelsChooseTheLearningRate(params double[] rates)
    {
        using var encoder = new ConvNet(16, seed: 1);
        var (train, test) = (new TestImages(60, 3, seed: 1), new TestImages(30, 3, seed: 2));
        var options = Quick with { Shares = [1] };
        var chosen = FineTuner.Evaluate(encoder, train, test, options with { LearningRates = rates });
        Assert.Equal(FineTuner.Evaluate(encoder, train, test, options with { LearningRates = [0.05] }), chosen);
        Assert.True(chosen[0].Pretrained > 0.8 && chosen[0].FromScratch > 0.8, $"{chosen[0]}");
        foreach (var rate in rates.Where(rate => rate != 0.05))
        {
            var worse = FineTuner.Evaluate(encoder, train, test, options with { LearningRates = [rate] });
            Assert.True(worse[0].Pretrained < 0.7 && worse[0].FromScratch < 0.7, $"{rate}: {worse[0]}");
        }
    }

    [Fact]
    public void TestingChangesNeitherStatisticsNorModes()
    {
        using var encoder = new ConvNet(16, seed: 1);
        var images = new TestImages(31, 3, seed: 2);
        using var network = new FineTunedNetwork(encoder.Copy(), 3, Quick, seed: 0);
        network.Train(new TestImages(60, 3, seed: 1), 0.01, new Progress<int>(), CancellationToken.None);
        Assert.True(network.Encoder.training);
        var before = WeightsFingerprint.Of(network.Encoder);
        Assert.InRange(network.Test(images, CancellationToken.None), 0.4, 1);
        Assert.Equal(before, WeightsFingerprint.Of(network.Encoder));
        Assert.All(network.Encoder.modules(), module => Assert.True(module.training));
    }

    [Fact]
    public void ACancelledRunStops()
    {
        using var encoder = new ConvNet(16);
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            FineTuner.Evaluate(encoder, new TestImages(30, 3), new TestImages(9, 3), Quick, cancellationToken: cancellation.Token));
    }

    [Fact]
    public void WrongOptionsAreNamed()
    {
        using var encoder = new ConvNet(16);
        Assert.Contains("Shares is [0, 1]", Refused(new() { Shares = [0, 1] }));
        Assert.Contains("Steps is 0", Refused(new() { Steps = 0 }));
        Assert.Contains("LearningRates is []", Refused(new() { LearningRates = [] }));

        string Refused(FineTuneOptions options) => Assert.Throws<ArgumentException>(
            () => FineTuner.Evaluate(encoder, new TestImages(30, 3), new TestImages(9, 3), options)).Message;
    }
}
