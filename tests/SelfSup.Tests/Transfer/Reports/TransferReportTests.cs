using System.Text.Json;
using SelfSup.Encoders;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

public class TransferReportTests
{
    private static readonly TransferOptions Frozen = new() { LabelsPerClass = [20, 1, 4, 21], Draws = 3 };

    private static readonly TransferOptions Whole = new()
    {
        LabelsPerClass = [2, 10],
        Draws = 2,
        FineTuning = new() { Shares = [0.2, 1], Steps = 25, BatchSize = 16, LearningRates = [0.01, 0.05] },
    };

    [Fact]
    public void ReportComparesPixelsRandomAndPretrainedFeatures()
    {
        using var encoder = new ConvNet(16, seed: 1);
        var before = FeatureExtractorTests.Snapshot(encoder);
        var report = TransferReport.Evaluate(encoder, new TestImages(60, 3, seed: 1), new TestImages(30, 3, seed: 2), Frozen);

        Assert.Equal(before, FeatureExtractorTests.Snapshot(encoder));
        Assert.Equal(
            ["raw pixels", "random weights", "data statistics", "pretrained", "pretrained, centered"], report.Rows.Select(row => row.Features));
        Assert.Equal([.. report.Rows.Select(row => row.Features), "pretrained, pseudo-labels"], report.LabelEfficiency.Select(line => line.Name));
        Assert.Equal(60, report.UnlabeledImages);
        // Each row is judged at the stage that its own linear probe chose.
        Assert.Equal(
            report.Probe.Rows.Where(row => row is { TestAccuracy: not null, Stage: not null }).Select(row => (row.Features, row.Stage!, row.Length)),
            report.Rows.SkipLast(1).Select(row => (row.Features, row.Stage, row.Length)));
        Assert.Equal(report.Rows[3].Stage, report.Rows[4].Stage);
        Assert.All(report.LabelEfficiency, line => Assert.Equal([1, 4, 20], line.Points.Select(result => result.LabelsPerClass)));
        Assert.Equal(1.0, report.Rows[0].Knn20); // the mean color tells the class
        Assert.All(report.LabelEfficiency, line => Assert.True(line.Points[^1].Mean > 0.8, line.ToString()));
        Assert.All([report.LabelEfficiency[0], .. report.LabelEfficiency.Skip(3)], line => Assert.Equal(0, line.Points[^1].Deviation)); // 20 of 20
        Assert.Equal([1, 3, 3, 1, 1], report.Rows.Select(row => row.Encoders));
        Assert.Equal([false, true, true, false, false], report.Rows.Select(row => row.Knn20Deviation is not null));
        Assert.Equal(6, report.DisjointLabels); // of 20 a class, three draws
        Assert.Contains("Above 6 labels a class draws share images", report.ToTable());
        Assert.All(report.Rows, row => Assert.InRange(row.Spread.EffectiveRank, 1, 30));
        Assert.Contains("were left out", report.ToTable());
    }

    [Fact]
    public void WholeNetworksAreTrainedWithTheSameLabels()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(16, seed: 1);
        TestImages train = new(60, 3, seed: 1), test = new(30, 3, seed: 2);
        var report = TransferReport.Evaluate(encoder, train, test, Whole);
        Assert.Equal(
            [
                "raw pixels", "random weights", "data statistics", "pretrained", "pretrained, centered", "pretrained, pseudo-labels", "fine-tuned",
                "from scratch",
            ],
            report.LabelEfficiency.Select(line => line.Name));
        Assert.All(report.LabelEfficiency, line => Assert.Equal([2, 10], line.Points.Select(point => point.LabelsPerClass)));
        Assert.All(report.LabelEfficiency, line => Assert.True(line.Points[^1].Mean > 0.6, line.ToString()));
        Assert.Equal([12, 60], report.FineTuning.Select(row => row.Labels));
        Assert.Equal(FineTuner.Evaluate(encoder, train, test, Whole.FineTuning), report.FineTuning);

        // The table and the file say the same.
        report.SaveJson(folder["report.json"]);
        using var json = JsonDocument.Parse(File.ReadAllText(folder["report.json"]));
        var scratch = json.RootElement.GetProperty("label_efficiency")[7];
        Assert.Equal("from scratch", scratch.GetProperty("name").GetString());
        Assert.Equal(report.LabelEfficiency[7].Points[1].Mean, scratch.GetProperty("points")[1].GetProperty("mean").GetDouble());
        Assert.Equal(report.Rows[3].Knn200, json.RootElement.GetProperty("rows")[3].GetProperty("knn200").GetDouble());
        Assert.Equal(
            report.Probe.Best.TestAccuracy, json.RootElement.GetProperty("probe").GetProperty("best").GetProperty("test_accuracy").GetDouble());
        var table = report.ToTable();
        Assert.Contains("convnet at 16 px: 3 classes, 60 labels, 30 test images", table);
        foreach (var share in new[] { report.Rows[3].Knn200, report.FineTuning[0].FromScratch, report.Probe.Best.TestAccuracy!.Value })
            Assert.Contains(FormattableString.Invariant($"{100 * share:F1} %"), table);
        var point = report.LabelEfficiency[7].Points[0];
        Assert.Contains(FormattableString.Invariant($"{100 * point.Mean:F1} ±{100 * point.Deviation:F1}"), table);
    }

    /// <summary>The baselines are the same architecture, stem and normalization with the weights of the seed: then they are the encoder itself.</summary>
    [Fact]
    public void AnEncoderThatIsItsOwnBaselineIsWorthExactlyAsMuch()
    {
        using var encoder = new ConvNet(16, seed: 9, new([0.9f, 0.1f, 0.5f], [0.05f, 0.9f, 0.3f]), Stem.Medium);
        var noise = new Random(5);
        int[] labels = [.. Enumerable.Range(0, 60).Select(i => noise.Next(3) == 0 ? noise.Next(3) : i % 3)];
        TestImages train = new(60, 3, seed: 1) { Labels = labels }, test = new(60, 3, seed: 2) { Labels = labels };
        var report = TransferReport.Evaluate(encoder, train, test, new()
        {
            Seed = 9,
            LabelsPerClass = [2, 10],
            Draws = 2,
            FineTuning = new() { Shares = [0.3, 1], Steps = 15, BatchSize = 16, LearningRates = [0.01] },
        });
        Assert.Equal(
            report.Probe.Rows.Where(row => row.Features == ProbeRow.Pretrained).Select(Chosen),
            report.Probe.Rows.Where(row => row.Features == ProbeRow.RandomWeights).Select(Chosen));
        var (pretrained, random) = (report.Rows[3], report.Rows[1]);
        Assert.Equal((pretrained.Stage, pretrained.Spread), (random.Stage, random.Spread));
        // Of three encoders, this one is the first; two others differ from it by as much as the deviation says.
        Assert.InRange(pretrained.Knn20, random.Knn20 - 2 * random.Knn20Deviation!.Value, random.Knn20 + 2 * random.Knn20Deviation!.Value);
        Assert.All(report.FineTuning, row => Assert.Equal(row.Pretrained, row.FromScratch));

        static (string?, double?, double?, bool) Chosen(ProbeRow row) =>
            (row.Stage, row.Strength, row.ValidationAccuracy, row.TestAccuracy is null);
    }

    [Fact]
    public void WholeNetworksAreLeftOutUnlessAskedForAndTellTheirLengthFirst()
    {
        using var encoder = new ConvNet(16, seed: 1);
        TestImages train = new(60, 3, seed: 1), test = new(30, 3, seed: 2);
        Assert.Null(new TransferOptions().FineTuning);
        var told = new Told();
        TransferReport.Evaluate(encoder, train, test, new()
        {
            Stage = "stage1",
            LabelsPerClass = [1, 10],
            Draws = 2,
            FineTuning = new() { Shares = [1], Steps = 2, BatchSize = 8, LearningRates = [0.01, 0.05] },
        }, told);
        // From the encoder and from scratch: two draws of 1 label; 2 rates and two draws of 10; 2 rates and one of all.
        var steps = told.Where(progress => progress.Step.StartsWith("whole network")).ToList();
        Assert.Equal([2 * (2 + 4 + 3) * 2], steps.Select(progress => progress.Total).Distinct());
        Assert.Equal((0, 36), (steps[0].Done, steps[^1].Done));
        Assert.Equal(steps.Select(progress => progress.Done).Order(), steps.Select(progress => progress.Done));
        Assert.Contains("1 of 18", steps[0].Step);
    }

    [Fact]
    public void FewLabelsComeFromAllImagesWhateverTheProbeTakes()
    {
        using var encoder = new ConvNet(16, seed: 1);
        TestImages train = new(120, 3, seed: 1), test = new(30, 3, seed: 2);
        train.Unreadable.UnionWith([3, 4, 5]);
        var report = TransferReport.Evaluate(encoder, train, test, new() { Labels = 12, LabelsPerClass = [1, 12, 100], Draws = 3 });
        Assert.Equal(12, report.Probe.TrainImages);
        Assert.Equal(3, report.Probe.Failures.Count); // the probe wanted none of them, the draws do
        Assert.All(report.LabelEfficiency, line => Assert.Equal([1, 12], line.Points.Select(point => point.LabelsPerClass)));
        Assert.Equal(13, report.DisjointLabels); // of 39 readable ones of every class
        Assert.Contains("No two draws share an image", report.ToTable());
        Assert.All(report.LabelEfficiency, line => Assert.True(line.Points[1].Mean > 0.8, line.ToString()));
    }

    private sealed class Told : List<ProbeProgress>, IProgress<ProbeProgress>
    {
        public void Report(ProbeProgress progress) => Add(progress);
    }

    [Fact]
    public void WrongInputIsNamed()
    {
        using var encoder = new ConvNet(16);
        var (train, test) = (new TestImages(12, 3), new TestImages(6, 3));
        Assert.Contains("no stage 'deep'", Refused(new() { Stage = "deep" }));
        Assert.Contains("Labels is 0", Refused(new() { Labels = 0 }));
        Assert.Contains("Draws is 0", Refused(new() { Draws = 0 }));
        Assert.Contains("LabelsPerClass is [4, 0]", Refused(new() { LabelsPerClass = [4, 0] }));

        string Refused(TransferOptions options) =>
            Assert.ThrowsAny<ArgumentException>(() => TransferReport.Evaluate(encoder, train, test, options)).Message;
    }

    [Fact]
    public void DrawsHaveAsManyLabelsOfEveryClassAndGrow()
    {
        int[] labels = [.. Enumerable.Range(0, 90).Select(row => row % 3)];
        var draws = DrawsOf(seed: 4);
        Assert.Equal((30, 6), (draws.MostLabels, draws.DisjointLabels));
        foreach (var count in new[] { 1, 2, 6, 7, 30 })
        {
            var taken = Enumerable.Range(0, 5).Select(draw => draws.Take(draw, count)).ToArray();
            Assert.All(taken, rows => Assert.Equal(
                [count, count, count], rows.Distinct().CountBy(row => labels[row]).OrderBy(pair => pair.Key).Select(pair => pair.Value)));
            Assert.All(taken, (rows, draw) => Assert.Subset(draws.Take(draw, Math.Min(30, 2 * count)).ToHashSet(), rows.ToHashSet()));
            Assert.Equal(Math.Min(90, 15 * count), taken.SelectMany(rows => rows).Distinct().Count()); // none twice while there are others
            Assert.Equal(taken, Enumerable.Range(0, 5).Select(draw => DrawsOf(seed: 4).Take(draw, count)));
        }
        Assert.NotEqual(draws.Take(0, 8), DrawsOf(seed: 5).Take(0, 8));

        LabelDraws DrawsOf(int seed) => new(Enumerable.Range(0, 90), labels, 5, seed);
    }

    [Fact]
    public void SpreadCountsTheDirectionsOfFeatures()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var noise = random.Normal(2000, 8);
        Assert.InRange(FeatureSpread.Of(noise).EffectiveRank, 7.9, 8);
        Assert.InRange(FeatureSpread.Of(noise).Deviation, 0.98, 1.02);
        // Three independent directions in 40 dimensions, more of them than rows.
        var flat = noise.narrow(0, 0, 30).narrow(1, 0, 3).mm(random.Normal(3, 40));
        Assert.InRange(FeatureSpread.Of(flat).EffectiveRank, 2, 3.0001);
        var collapsed = FeatureSpread.Of(ones(50, 8));
        Assert.Equal((0, 0), (Math.Round(collapsed.Deviation, 6), Math.Round(collapsed.EffectiveRank, 6)));
    }
}
