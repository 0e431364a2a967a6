using System.Text.Json;
using SelfSup.Encoders;
using SelfSup.Transfer;

namespace SelfSup.Tests.Transfer;

public class ProbeReportTests
{
    private static ProbeReport Evaluate(TestImages? train = null)
    {
        using var encoder = new ConvNet(16);
        return LinearProbe.Evaluate(
            encoder, train ?? new TestImages(60, 3), new TestImages(30, 3, seed: 1), new() { Strengths = [0.01, 0.1], Seed = 5 });
    }

    [Fact]
    public void TableSaysWhatWasChosenOnWhat()
    {
        var report = Evaluate();
        var lines = report.ToTable().Split('\n').Select(line => line.TrimEnd()).ToArray();
        Assert.Equal("Linear probe of convnet at 16 px: 3 classes, 60 labels, 30 test images", lines[0]);
        Assert.All(lines, line => Assert.True(line.Length <= 140, line));
        var table = lines.SkipWhile(line => !line.StartsWith("features")).TakeWhile(line => line != "").ToArray();
        Assert.Equal(1 + report.Rows.Count, table.Length);
        Assert.Single(table.Select(line => line.Length).Distinct()); // right-aligned to the last column
        Assert.Equal(4 + 1, table.Count(line => line.EndsWith('%')));
        Assert.Contains(lines, line => line.Contains("20 % of the labels") && line.Contains("seed 5"));
        Assert.Contains(lines, line => line.StartsWith("Of these, mean and standard deviation of 3 encoders (seeds 5 to 7)"));
        Assert.Equal(2, table.Count(line => line.Contains('±')));
        Assert.Contains(lines, line => line.Contains("points, one standard deviation"));
        Assert.Contains(lines, line => line.StartsWith("  class 2") && line.EndsWith("of 10"));
    }

    [Fact]
    public void JsonHoldsTheTableAndTheConfusion()
    {
        var report = Evaluate();
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(folder.FullName, "new", "probe.json");
            report.SaveJson(path);
            using var json = JsonDocument.Parse(File.ReadAllText(path));
            var root = json.RootElement;
            Assert.Equal(report.Rows.Count, root.GetProperty("rows").GetArrayLength());
            Assert.Equal("chance", root.GetProperty("rows")[0].GetProperty("features").GetString());
            Assert.Equal(report.Best.Stage, root.GetProperty("best").GetProperty("stage").GetString());
            Assert.Equal(report.EncoderFingerprint, root.GetProperty("encoder_fingerprint").GetString());
            Assert.Equal(10, root.GetProperty("classes")[1].GetProperty("test_images").GetInt32());
            Assert.Equal(30, root.GetProperty("confusion").EnumerateArray().Sum(row => row.EnumerateArray().Sum(cell => cell.GetInt32())));
            Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void UnreadableImagesAreNamed()
    {
        var train = new TestImages(60, 3);
        train.Unreadable.UnionWith([3, 4]);
        var report = Evaluate(train);
        Assert.Equal(58, report.TrainImages);
        Assert.Equal([train.NameOf(3), train.NameOf(4)], report.Failures.Select(failure => failure.Name));
        Assert.Contains("could not be read and were left out: 2.", report.ToTable());
        Assert.Contains(train.NameOf(4), report.ToJson());
    }

    [Fact]
    public void ConfusionCountsTruthByRowAndAnswerByColumn()
    {
        var matrix = new ConfusionMatrix(["a", "b", "c"], [(0, 0), (0, 1), (1, 1), (1, 1)]);
        Assert.Equal((1, 1, 2, 0), (matrix[0, 0], matrix[0, 1], matrix[1, 1], matrix[1, 0]));
        Assert.Equal(0.75, matrix.Accuracy);
        Assert.Equal((0.5, 1.0, null), (matrix.AccuracyOf(0), matrix.AccuracyOf(1), matrix.AccuracyOf(2)));
        Assert.Equal((2, 2, 0), (matrix.CountOf(0), matrix.CountOf(1), matrix.CountOf(2)));
    }
}
