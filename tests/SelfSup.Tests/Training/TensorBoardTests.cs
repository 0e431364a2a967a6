using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;
using SelfSup.Transfer;
using SkiaSharp;

namespace SelfSup.Tests.Training;

public class TensorBoardTests
{
    /// <summary>The vectors of RFC 3720, appendix B.4, and the check value that catalogs of checksums have.</summary>
    [Fact]
    public void TheChecksumIsThatOfTheSpecification()
    {
        byte[][] inputs = [new byte[32], [.. Enumerable.Repeat((byte)0xFF, 32)], [.. Enumerable.Range(0, 32).Select(i => (byte)i)], "123456789"u8.ToArray(), []];
        uint[] expected = [0x8A9136AA, 0x62A8AB43, 0x46DD794E, 0xE3069283, 0];
        Assert.Equal(expected, inputs.Select(input => Crc32C.Of(input)));
        Assert.Equal(expected, inputs.Select(input => EventRecords.Checksum(input)));
    }

    [Fact]
    public void ARunWritesItsMetricsAndPreviews()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(32);
        var images = new ProceduralImages(64, seed: 1);
        Pretraining.Run(encoder, [new(new RotationTask())], images, new()
        {
            Epochs = 2,
            BatchSize = 16,
            RunFolder = folder.Path,
            TensorBoardFolder = folder["board"],
            Monitors = [new KnnMonitor(new ProceduralImages(40, seed: 2))],
        });
        var events = EventRecords.Read(Assert.Single(Directory.GetFiles(folder["board"], "events.out.tfevents.*")));
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.All(events, one => Assert.InRange(one.WallTime, 1.7e9, 1e11));
        Assert.DoesNotContain(events, one => one.Session is not null);

        var steps = events.Where(one => one.Scalars.ContainsKey("learning_rate")).ToArray();
        Assert.Equal(Enumerable.Range(1, 8).Select(step => (long)step), steps.Select(one => one.Step));
        var lines = File.ReadLines(folder["metrics.jsonl"]).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(
            lines.Where(line => line.TryGetProperty("learning_rate", out _)).Select(line => line.GetProperty("rotation/loss").GetSingle()),
            steps.Select(one => one.Scalars["rotation/loss"]));
        Assert.Equal([4, 8], events.Where(one => one.Scalars.ContainsKey("knn/accuracy")).Select(one => one.Step));

        var previews = events.Where(one => one.Images.Count > 0).ToArray();
        Assert.Equal([4, 8], previews.Select(one => one.Step));
        var (width, height, png) = previews[1].Images["rotation"];
        Assert.Equal(File.ReadAllBytes(folder["previews/rotation.png"]), png);
        using var picture = SKBitmap.Decode(png);
        Assert.Equal((picture.Width, picture.Height), (width, height));
    }

    [Fact]
    public void ARunThatResumesSaysFromWhichStepOn()
    {
        using var folder = new TemporaryFolder();
        foreach (var epochs in new[] { 1, 2 })
        {
            using var encoder = new ConvNet(32);
            Pretraining.Run(encoder, [new(new RotationTask())], new ProceduralImages(32, seed: 1), new()
            {
                Epochs = epochs,
                BatchSize = 16,
                RunFolder = folder.Path,
                TensorBoardFolder = folder.Path,
                Resume = epochs > 1,
            });
        }
        var files = Directory.GetFiles(folder.Path, "events.out.tfevents.*").Order(StringComparer.Ordinal).Select(EventRecords.Read).ToArray();
        Assert.Equal(2, files.Length);
        const int start = 1; // SessionLog.START
        Assert.Equal((start, 3L), (files[1][1].Session, files[1][1].Step));
        Assert.Equal([3, 4], files[1].Where(one => one.Scalars.ContainsKey("learning_rate")).Select(one => one.Step));
    }
}
