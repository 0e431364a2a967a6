using SelfSup.Encoders;
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
        Assert.True(rows[1].Pretrained > 0.8 && rows[1].FromScratch > 0.8, $"{rows[1]}"); // the mean colour tells the class
        Assert.Equal(rows, FineTuner.Evaluate(encoder, train, test, Quick)); // the same seed, the same result
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
