using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

/// <summary>A class of which no image can be read is refused by name, though its images are too few to reach the limit of failures.</summary>
public class UnreadableClassTests
{
    private static readonly LinearProbeOptions Quick = new() { Strengths = [0.1] };

    /// <summary>60 images of class 0, and three of class 1 that cannot be read.</summary>
    private static TestImages Lost(int seed = 1)
    {
        var images = new TestImages(63, 2, seed) { Labels = [.. Enumerable.Range(0, 63).Select(i => i / 60)], ClassNames = ["cat", "bird"] };
        images.Unreadable.UnionWith([60, 61, 62]);
        return images;
    }

    private static TestImages Whole(int seed = 2) => new(40, 2, seed) { ClassNames = ["cat", "bird"] };

    private static void Refused(string what, Action action)
    {
        var message = Assert.Throws<InvalidDataException>(action).Message;
        Assert.Contains($"3 {what} images of the class 'bird'", message);
        Assert.Contains("test 60: it is a test", message);
    }

    [Fact]
    public void NoClassifierLacksAClass()
    {
        using var encoder = new ConvNet(16);
        Refused("training", () => LinearProbe.Fit(encoder, Lost(), Quick));
        Refused("training", () => LinearProbe.Evaluate(encoder, Lost(), Whole(), Quick));
        Refused("training", () => TransferReport.Evaluate(encoder, Lost(), Whole(), new() { FineTuning = null }));
        Refused("training", () => FineTuner.Evaluate(encoder, Lost(), Whole(), new() { Steps = 1 }));
        Refused("labeled", () => new KnnMonitor(Lost(), Whole()).Measure(encoder, CancellationToken.None));
    }

    [Fact]
    public void NoClassIsLeftOutOfATest()
    {
        using var encoder = new ConvNet(16);
        Refused("test", () => LinearProbe.Evaluate(encoder, Whole(), Lost(), Quick));
        Refused("test", () => TransferReport.Evaluate(encoder, Whole(), Lost(), new() { FineTuning = null }));
        Refused("test", () => FineTuner.Evaluate(encoder, Whole(), Lost(), new() { Steps = 1 }));
        Refused("query", () => new KnnMonitor(Whole(), Lost()).Measure(encoder, CancellationToken.None));
    }

    [Fact]
    public async Task AClassThatWasLostInPackingIsRefusedToo()
    {
        using var encoder = new ConvNet(16);
        using var folder = new TemporaryFolder();
        await PackedImages.PackAsync(new NamedImages(Lost()), folder["lost.pack"], new() { ImageSize = 16 });
        using var packed = LabeledPackedImages.Open(folder["lost.pack"]);
        Assert.Equal(60, packed.Count);
        foreach (var action in (Action[])
            [() => LinearProbe.Fit(encoder, packed, Quick), () => LinearProbe.Evaluate(encoder, Whole(), packed, Quick), () => _ = new KnnMonitor(packed)])
        {
            var message = Assert.Throws<ArgumentException>(action).Message;
            Assert.Contains("'bird'", message);
            Assert.Contains("bird/test 60", message);
        }
    }

    [Fact]
    public void NearestNeighborsNeedARowOfEveryClass()
    {
        using var features = rand(4, 3);
        Assert.Contains("class 1", Assert.Throws<ArgumentException>(() => new KnnClassifier(features, [0, 2, 0, 2], 3)).Message);
    }

    [Fact]
    public void NetworksAreTrainedOnFewLabelsThoughSomeImagesCannotBeRead()
    {
        using var encoder = new ConvNet(16);
        var train = new TestImages(60, 2, seed: 1);
        train.Unreadable.UnionWith([0, 1, 2, 3, 5]); // 8 % of all, and more than 10 % of many a draw
        var rows = FineTuner.Evaluate(encoder, train, new TestImages(20, 2, seed: 2), new() { Shares = [0.03, 0.1, 1], Steps = 2, LearningRates = [0.01] });
        Assert.Equal([2, 6, 55], rows.Select(row => row.Labels));
    }

    [Fact]
    public void ChanceIsTheMostFrequentClassOfTheImagesThatWereRead()
    {
        using var encoder = new ConvNet(16);
        var train = new TestImages(41, 2, seed: 1); // 21 of class 0, of which two cannot be read
        train.Unreadable.UnionWith([0, 2]);
        var test = new TestImages(30, 2, seed: 2) { Labels = [.. Enumerable.Range(0, 30).Select(i => i < 20 ? 0 : 1)] };
        Assert.Equal(1 / 3.0, LinearProbe.Evaluate(encoder, train, test, Quick).Chance, 1e-9);
    }

    /// <summary>Names images as a folder does, by class.</summary>
    private sealed class NamedImages(ILabeledImageSource images) : ILabeledImageSource
    {
        public int Count => images.Count;

        public IReadOnlyList<string> ClassNames => images.ClassNames;

        public int LabelOf(int index) => images.LabelOf(index);

        public string NameOf(int index) => $"{ClassNames[LabelOf(index)]}/{images.NameOf(index)}";

        public void Read(int index, int size, Span<byte> pixels) => images.Read(index, size, pixels);
    }
}
