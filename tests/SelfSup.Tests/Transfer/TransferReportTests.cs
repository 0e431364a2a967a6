using System.Text.Json;
using SelfSup.Encoders;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

public class TransferReportTests
{
    private static readonly TransferOptions Quick = new() { LabelsPerClass = [1, 4, 20, 21], Draws = 3 };

    [Fact]
    public void ReportComparesPixelsRandomAndPretrainedFeatures()
    {
        using var encoder = new ConvNet(16, seed: 1);
        var before = FeatureExtractorTests.Snapshot(encoder);
        var report = TransferReport.Evaluate(encoder, new TestImages(60, 3, seed: 1), new TestImages(30, 3, seed: 2), Quick);

        Assert.Equal(before, FeatureExtractorTests.Snapshot(encoder));
        Assert.Equal(["raw pixels", "random weights", "pretrained"], report.Rows.Select(row => row.Features));
        Assert.Equal([768, 256, 256], report.Rows.Select(row => row.Length));
        Assert.Equal(1 / 3.0, report.Chance, 1e-9);
        Assert.All(report.Rows, row => Assert.Equal([1, 4, 20], row.LowShot.Select(result => result.LabelsPerClass)));
        Assert.Equal(1.0, report.Rows[0].Knn20); // the mean colour tells the class
        Assert.All(report.Rows, row => Assert.True(row.LowShot[^1].Mean > 0.8, row.ToString()));
        Assert.All(report.Rows, row => Assert.Equal(0, row.LowShot[^1].Deviation)); // 20 of 20 leaves nothing to draw
        Assert.All(report.Rows, row => Assert.InRange(row.Spread.EffectiveRank, 1, 30));
    }

    [Fact]
    public void TableAndJsonSayTheSame()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(16);
        var report = TransferReport.Evaluate(encoder, new TestImages(60, 3, seed: 1), new TestImages(30, 3, seed: 2), Quick);
        report.SaveJson(folder["report.json"]);
        using var json = JsonDocument.Parse(File.ReadAllText(folder["report.json"]));
        var pretrained = json.RootElement.GetProperty("rows")[2];
        Assert.Equal(report.Rows[2].Knn200, pretrained.GetProperty("knn200").GetDouble());
        Assert.Equal(report.Rows[2].LowShot[1].Mean, pretrained.GetProperty("low_shot")[1].GetProperty("mean").GetDouble());
        Assert.Contains(FormattableString.Invariant($"{100 * report.Rows[2].Knn200:F1} %"), report.ToTable());
        Assert.Contains("convnet at 16 px, pooled: 60 labels, 30 test images; chance 33.3 %", report.ToTable());
    }

    [Fact]
    public void WrongInputIsNamed()
    {
        using var encoder = new ConvNet(16);
        var (train, test) = (new TestImages(12, 3), new TestImages(6, 3));
        Assert.Contains("no stage 'deep'", Refused(new() { Stage = "deep" }));
        Assert.Contains("Draws is 0", Refused(new() { Draws = 0 }));
        Assert.Contains("LabelsPerClass is [4, 0]", Refused(new() { LabelsPerClass = [4, 0] }));

        string Refused(TransferOptions options) =>
            Assert.ThrowsAny<ArgumentException>(() => TransferReport.Evaluate(encoder, train, test, options)).Message;
    }

    [Fact]
    public void DrawsHaveAsManyLabelsOfEveryClassAndGrow()
    {
        int[] labels = [.. Enumerable.Range(0, 90).Select(row => row % 3)];
        for (var count = 1; count < 30; count *= 2)
        {
            var rows = LowShot.Draw(labels, count, seed: 4);
            Assert.Equal([count, count, count], rows.CountBy(row => labels[row]).OrderBy(pair => pair.Key).Select(pair => pair.Value));
            Assert.Subset(LowShot.Draw(labels, 2 * count > 30 ? 30 : 2 * count, seed: 4).ToHashSet(), rows.ToHashSet());
            Assert.Equal(rows, LowShot.Draw(labels, count, seed: 4));
        }
        Assert.NotEqual(LowShot.Draw(labels, 8, seed: 4), LowShot.Draw(labels, 8, seed: 5));
    }

    [Fact]
    public void SpreadCountsTheDirectionsOfFeatures()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var noise = randn([2000, 8], generator: random);
        Assert.InRange(FeatureSpread.Of(noise).EffectiveRank, 7.9, 8);
        Assert.InRange(FeatureSpread.Of(noise).Deviation, 0.98, 1.02);
        // Three independent directions in 40 dimensions, more of them than rows.
        var flat = noise.narrow(0, 0, 30).narrow(1, 0, 3).mm(randn([3, 40], generator: random));
        Assert.InRange(FeatureSpread.Of(flat).EffectiveRank, 2, 3.0001);
        var collapsed = FeatureSpread.Of(ones(50, 8));
        Assert.Equal((0, 0), (Math.Round(collapsed.Deviation, 6), Math.Round(collapsed.EffectiveRank, 6)));
    }
}
