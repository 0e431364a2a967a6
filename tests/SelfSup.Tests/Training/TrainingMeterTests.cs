using System.Diagnostics.Metrics;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;

namespace SelfSup.Tests.Training;

public class TrainingMeterTests
{
    [Fact]
    public void WhoListensHearsOfEveryStep()
    {
        using var folder = new TemporaryFolder();
        var photos = DrawPhotos(folder);
        var heard = new List<(string Instrument, double Value, Dictionary<string, object?> Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == TrainingMeter.Name)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Hear(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Hear(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Hear(instrument, value, tags));
        listener.Start();

        using var encoder = new ConvNet(32);
        var result = Pretraining.Run(
            encoder, [new(new RotationTask())], photos, new() { Epochs = 2, BatchSize = 8, RunFolder = folder["run"], MaxFailureRatio = 0.5 });
        var losses = Values("metric", "rotation/loss");
        Assert.Equal(result.Steps, losses.Length);
        Assert.All(losses, loss => Assert.True(loss > 0));
        Assert.Equal(result.Metrics["rotation/loss"], losses[^(losses.Length / 2)..].Average(), 1e-6);
        Assert.Equal(result.Steps, Values("steps").Sum());
        Assert.Equal(result.Steps, Values("learning_rate").Length);
        Assert.Equal([1, 2], Values("epoch"));
        Assert.Equal(1, Values("unreadable").Sum());
        Assert.InRange(Values("images").Sum(), 2 * 16, 2 * 24);
        Assert.All(heard, one => Assert.Equal(folder["run"], one.Tags["run"]));

        double[] Values(string name, string? metric = null) =>
            [.. heard.Where(one => one.Instrument == $"selfsup.training.{name}" && (metric is null || metric.Equals(one.Tags["name"]))).Select(one => one.Value)];

        void Hear(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (heard)
                heard.Add((instrument.Name, value, tags.ToArray().ToDictionary()));
        }
    }

    /// <summary>24 images, and one that cannot be read.</summary>
    private static ImageFolder DrawPhotos(TemporaryFolder folder)
    {
        const int side = 32;
        var planes = new byte[3 * side * side];
        for (var i = 0; i < 24; i++)
        {
            new ProceduralImages(24, seed: 3).Read(i, side, planes);
            PngFile.Write(folder[$"photos/{i}.png"], side, side, [.. Enumerable.Range(0, planes.Length).Select(at => planes[at % 3 * side * side + at / 3])]);
        }
        folder.Write("photos/damaged.png", "no picture"u8);
        return ImageFolder.Open(folder["photos"]);
    }
}
