using SelfSup.Encoders;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

public class LinearProbeTests
{
    private static readonly LinearProbeOptions Quick = new() { Strengths = [1e-2, 1e-1, 1] };

    [Fact]
    public void ReportShowsTheBaselinesAndEveryStage()
    {
        using var encoder = new ConvNet(16, seed: 1);
        var test = new TestImages(30, 3, seed: 2);
        var report = LinearProbe.Evaluate(encoder, new TestImages(60, 3, seed: 1), test, Quick);

        var stages = FeatureLayer.ListOf(encoder).Select(layer => layer.Name).ToArray();
        Assert.Equal(
            [
                ("chance", null),
                ("raw pixels", "pixels"),
                .. stages.Select(stage => ("random weights", stage)),
                .. stages.Select(stage => ("data statistics", stage)),
                .. stages.Select(stage => ("pretrained", stage)),
            ],
            report.Rows.Select(row => (row.Features, row.Stage)));
        Assert.Equal(1 / 3.0, report.Rows[0].TestAccuracy!.Value, 1e-9);
        Assert.Equal(1.0, report.Rows[1].TestAccuracy); // the mean color tells the class
        Assert.Equal(60, report.TrainImages);
        Assert.Equal(30, report.TestImages);

        // Exactly one row of each kind is tested, the best by validation, so every test image is read once for each encoder.
        foreach (var kind in report.Rows.Skip(1).GroupBy(row => row.Features))
        {
            var tested = Assert.Single(kind, row => row.TestAccuracy is not null);
            Assert.Equal(kind.Max(row => row.ValidationAccuracy), tested.ValidationAccuracy);
        }
        Assert.All(test.Reads, count => Assert.Equal(1 + 3 + 3 + 1, count));
        Assert.Equal([3, 3], report.Rows.Where(row => row.TestDeviation is not null).Select(row => row.Encoders));
        Assert.Equal(report.Best.TestAccuracy, report.Confusion.Accuracy);
        Assert.True(report.Best.TestAccuracy > 0.9, $"{report.Best.TestAccuracy}");
    }

    [Fact]
    public void RandomWeightsAreTheUntrainedEncoderWithTheSameNormalizationAndStem()
    {
        using var encoder = new ConvNet(16, seed: 1, new([0.9f, 0.1f, 0.5f], [0.05f, 0.9f, 0.3f]), Stem.Medium);
        var noise = new Random(5);
        int[] labels = [.. Enumerable.Range(0, 120).Select(i => noise.Next(3) == 0 ? noise.Next(3) : i % 3)];
        var train = new TestImages(120, 3, seed: 1) { Labels = labels };
        var test = new TestImages(120, 3, seed: 2) { Labels = labels };
        var rows = LinearProbe.Evaluate(encoder, train, test, new() { Strengths = Quick.Strengths, Seed = 9 }).Rows
            .Where(row => row.Features == ProbeRow.RandomWeights).ToList();
        var expected = RowsOf(encoder.Normalization, encoder.Stem);
        Assert.Equal(expected.Select(Untested), rows.Select(Untested));
        // The first one chose the stage; of the others the test accuracy counts too.
        var stage = expected.Single(row => row.TestAccuracy is not null).Stage;
        double[] accuracies = [.. new[] { 9, 10, 11 }.Select(seed =>
            RowsOf(encoder.Normalization, encoder.Stem, seed, stage).Single().TestAccuracy!.Value)];
        var tested = rows.Single(row => row.TestAccuracy is not null);
        Assert.Equal(accuracies.Average(), tested.TestAccuracy!.Value, 1e-9);
        Assert.Equal(LowShotResult.DeviationOf(accuracies)!.Value, tested.TestDeviation!.Value, 1e-9);
        // The labels are noisy enough for the rows to tell other encoders apart.
        Assert.NotEqual(expected, RowsOf(Normalization.ImageNet, encoder.Stem));
        Assert.NotEqual(expected, RowsOf(encoder.Normalization, Stem.Small));

        static (string?, double?, double?) Untested(ProbeRow row) => (row.Stage, row.Strength, row.ValidationAccuracy);

        IReadOnlyList<ProbeRow> RowsOf(Normalization normalization, Stem stem, int seed = 9, string? stage = null)
        {
            using var untrained = new ConvNet(16, seed, normalization, stem);
            return LinearProbe.Evaluate(
                untrained, train, test, new() { Strengths = Quick.Strengths, Seed = 9, Stage = stage, Baselines = false }).Rows;
        }
    }

    [Fact]
    public void EncoderIsTheSameBitByBitAndNoTensorsAreLeft()
    {
        using var encoder = new ConvNet(16);
        encoder.train();
        encoder.forward(ones(4, 3, 16, 16)).Dispose(); // statistics that are not the initial ones
        var before = FeatureExtractorTests.Snapshot(encoder);
        var (train, test) = (new TestImages(24, 2), new TestImages(10, 2, seed: 1));
        LinearProbe.Evaluate(encoder, train, test, Quick);
        Assert.Equal(before, FeatureExtractorTests.Snapshot(encoder));
        Assert.True(encoder.training);

        // Without the random encoder, whose buffers TorchSharp leaves to the finalizer.
        var options = new LinearProbeOptions { Strengths = [0.1], Baselines = false };
        LinearProbe.Evaluate(encoder, train, test, options);
        var tensors = LiveTensors.Count();
        LinearProbe.Evaluate(encoder, train, test, options);
        Assert.Equal(tensors, Tensor.TotalCount);
    }

    [Fact]
    public void TestLabelsChooseNothing()
    {
        using var encoder = new ConvNet(16);
        var train = new TestImages(60, 3, seed: 1);
        var honest = LinearProbe.Evaluate(encoder, train, new TestImages(30, 3), Quick);
        int[] permutedLabels = [.. Enumerable.Range(0, 30).Select(i => (i + 1) % 3)];
        var permuted = LinearProbe.Evaluate(encoder, train, new TestImages(30, 3) { Labels = permutedLabels }, Quick);
        Assert.NotEqual(honest.Best.TestAccuracy, permuted.Best.TestAccuracy);
        Assert.Equal(
            honest.Rows.Select(row => (row.Stage, row.Strength, row.ValidationAccuracy, row.TestAccuracy is null)),
            permuted.Rows.Select(row => (row.Stage, row.Strength, row.ValidationAccuracy, row.TestAccuracy is null)));
    }

    [Fact]
    public void BothSolversGiveTheSameTable()
    {
        using var encoder = new ConvNet(16, seed: 1);
        var test = new TestImages(200, 3, seed: 2);
        // Labels of which a fifth are wrong, so that the answers are not all right whatever the classifier.
        var noise = new Random(5);
        int[] labels = [.. Enumerable.Range(0, 200).Select(i => noise.Next(5) == 0 ? noise.Next(3) : i % 3)];
        var exact = Evaluate(ProbeSolver.Lbfgs);
        var stochastic = Evaluate(ProbeSolver.Sgd);
        Assert.Equal(exact.Rows.Select(row => (row.Features, row.Stage)), stochastic.Rows.Select(row => (row.Features, row.Stage)));
        Assert.All(exact.Rows.Zip(stochastic.Rows), pair =>
            Assert.Equal(pair.First.ValidationAccuracy ?? 0, pair.Second.ValidationAccuracy ?? 0, 0.051)); // two of 40 images
        Assert.Equal(exact.Best.TestAccuracy!.Value, stochastic.Best.TestAccuracy!.Value, 0.02);

        ProbeReport Evaluate(ProbeSolver solver) => LinearProbe.Evaluate(
            encoder, new TestImages(200, 3, seed: 1) { Labels = labels }, test, new() { Strengths = [0.1, 1], Solver = solver });
    }

    [Fact]
    public void ShuffledLabelsGiveChance()
    {
        using var encoder = new ConvNet(16);
        var random = new Random(0);
        int[] Labels(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(2))];
        var report = LinearProbe.Evaluate(
            encoder, new TestImages(100, 2) { Labels = Labels(100) }, new TestImages(200, 2, seed: 1) { Labels = Labels(200) },
            new() { Strengths = [0.1], Stage = "stage2", Baselines = false });
        Assert.InRange(report.Best.TestAccuracy!.Value, 0.5 - (3 * Math.Sqrt(0.25 / 200)), 0.5 + (3 * Math.Sqrt(0.25 / 200)));
    }

    [Fact]
    public void LittleMemoryGivesTheSameNumbersFromFiles()
    {
        using var encoder = new ConvNet(16);
        var options = new LinearProbeOptions { Strengths = Quick.Strengths, Baselines = false, FeatureMemory = 1 };
        TestImages one = new(40, 2), many = new(40, 2);
        var atOnce = LinearProbe.Evaluate(
            encoder, one, new TestImages(10, 2, seed: 1), new() { Strengths = Quick.Strengths, Baselines = false });
        var stored = LinearProbe.Evaluate(encoder, many, new TestImages(10, 2, seed: 1), options);
        Assert.Equal(atOnce.Rows, stored.Rows);
        Assert.Equal(1, one.Reads[0]);
        Assert.Equal(1, many.Reads[0]);
    }

    [Fact]
    public void ClassesAreMatchedByName()
    {
        using var encoder = new ConvNet(16);
        var train = new TestImages(40, 2);
        var options = new LinearProbeOptions { Strengths = [0.1], Stage = "stage1", Baselines = false };
        int[] swappedLabels = [.. Enumerable.Range(0, 20).Select(i => 1 - (i % 2))];
        var swapped = new TestImages(20, 2, seed: 1) { ClassNames = ["class 1", "class 0"], Labels = swappedLabels };
        Assert.Equal(
            LinearProbe.Evaluate(encoder, train, new TestImages(20, 2, seed: 1), options).Rows,
            LinearProbe.Evaluate(encoder, train, swapped, options).Rows);

        var error = Assert.Throws<ArgumentException>(() =>
            LinearProbe.Evaluate(encoder, train, new TestImages(20, 2) { ClassNames = ["class 0", "cat"] }, options));
        Assert.Contains("the test images lack 'class 1'", error.Message);
        Assert.Contains("the training images lack 'cat'", error.Message);
    }

    [Fact]
    public void WrongSettingsAreRefusedWithTheirNames()
    {
        using var encoder = new ConvNet(16);
        var images = new TestImages(20, 2);
        Assert.Contains("stage1, stage2", Fails<ArgumentException>(new() { Stage = "layer9" }));
        Assert.Contains("Strengths", Fails<ArgumentException>(new() { Strengths = [0] }));
        Assert.Contains("ValidationShare", Fails<ArgumentOutOfRangeException>(new() { ValidationShare = 1 }));
        Assert.Contains("one class", Assert.Throws<ArgumentException>(() => LinearProbe.Fit(encoder, new TestImages(20, 1))).Message);

        string Fails<T>(LinearProbeOptions options)
            where T : Exception => Assert.Throws<T>(() => LinearProbe.Evaluate(encoder, images, images, options)).Message;
    }

    [Fact]
    public void ProgressNamesTheSteps()
    {
        using var encoder = new ConvNet(16);
        var progress = new FeatureExtractorTests.Recorder<ProbeProgress>();
        LinearProbe.Evaluate(encoder, new TestImages(20, 2), new TestImages(10, 2), Quick, progress);
        Assert.Equal(
            ["reading training images", "fitting", "reading test images"],
            progress.Reports.Where(report => report.Step.StartsWith("pretrained: ")).Select(report => report.Step[12..]).Distinct());
        Assert.All(progress.Reports, report => Assert.InRange(report.Done, 1, report.Total));
    }
}
