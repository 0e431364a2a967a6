using System.Text.Json;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Transfer;
using SkiaSharp;

namespace SelfSup.Tests.Transfer;

/// <summary>Test images that were trained on give a good result on pure noise: the report says how many there are.</summary>
public class DuplicateImageTests
{
    private static readonly LinearProbeOptions Quick = new() { Strengths = [0.1], Baselines = false };

    [Fact]
    public void TestImagesThatAreTrainingImagesAreCountedAndNamed()
    {
        using var encoder = new ConvNet(16);
        var train = new TestImages(40, 2, seed: 1);
        var test = new LabeledSubset(train, [7, 8, 9, 10, 11]);
        var report = LinearProbe.Evaluate(encoder, train, test, Quick);
        Assert.Equal(5, report.Duplicates.Count);
        Assert.Equal(new DuplicateImage("test 7", "test 7"), report.Duplicates[0]);
        Assert.Contains("5 test images are training images too, pixel by pixel", report.ToTable());
        Assert.Contains("test 9 is test 9", report.ToTable());
        Assert.Contains("and 2 more", report.ToTable());
        using var json = JsonDocument.Parse(report.ToJson());
        Assert.Equal(5, json.RootElement.GetProperty("duplicate_test_images").GetInt32());
        Assert.Equal("test 8", json.RootElement.GetProperty("duplicates")[1].GetProperty("train").GetString());
    }

    [Fact]
    public void OtherImagesAreNoDuplicates()
    {
        using var encoder = new ConvNet(16);
        var report = LinearProbe.Evaluate(encoder, new TestImages(40, 2, seed: 1), new TestImages(20, 2, seed: 2), Quick);
        Assert.Empty(report.Duplicates);
        Assert.DoesNotContain("pixel by pixel", report.ToTable());
    }

    /// <summary>The probe itself learns from eight of the training images.</summary>
    [Fact]
    public void TestImagesThatOnlyFewLabelsAreDrawnFromAreFoundToo()
    {
        using var encoder = new ConvNet(16);
        var train = new TestImages(40, 2, seed: 1);
        var report = TransferReport.Evaluate(
            encoder, train, new LabeledSubset(train, [7, 8, 9, 10, 11]), new() { Labels = 8, LabelsPerClass = [4], Stage = "pooled" });
        Assert.Equal(8, report.Probe.TrainImages);
        Assert.Equal(5, report.Probe.Duplicates.Count);
    }

    /// <summary>Other bytes, the same pixels.</summary>
    [Fact]
    public void CopiesOfOtherBytesAreFoundInFolders()
    {
        using TemporaryFolder train = new(), test = new();
        var random = new Random(3);
        foreach (var name in (string[])["cat", "dog"])
        {
            for (var i = 0; i < 6; i++)
            {
                using var picture = new SKBitmap(20, 16);
                for (var at = 0; at < 20 * 16; at++)
                    picture.SetPixel(at % 20, at / 20, new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
                using var png = picture.Encode(SKEncodedImageFormat.Png, 100);
                train.Write($"{name}/{i}.png", png.AsSpan());
                picture.SetPixel(10, 8, SKColors.Black);
                using var copy = i == 2
                    ? SKImage.FromEncodedData(png).Encode(SKEncodedImageFormat.Png, 100)
                    : picture.Encode(SKEncodedImageFormat.Png, 100);
                test.Write($"{name}/copy{i}.png", [.. copy.AsSpan(), 0]);
            }
        }
        train.Write("cat/raw.heic", [1]);
        using var encoder = new ConvNet(16);
        var report = LinearProbe.Evaluate(encoder, LabeledImageFolder.Open(train.Path), LabeledImageFolder.Open(test.Path), Quick);
        Assert.Equal([new("cat/copy2.png", "cat/2.png"), new("dog/copy2.png", "dog/2.png")], report.Duplicates);
        Assert.Contains("1 .heic file", report.TrainSource);
        Assert.Contains("1 .heic file", report.ToTable());
    }
}
