using System.Text.Json;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Tests.Training;
using SelfSup.Training;
using SelfSup.Transfer;

namespace SelfSup.Tests.Transfer;

public class KnnMonitorTests
{
    private static readonly ProceduralImages Unlabeled = new(24, seed: 4);

    [Fact]
    public void PretrainingReportsNearestNeighborsAndLearnsTheSame()
    {
        using TemporaryFolder plain = new(), watched = new();
        Pretrain(plain);
        var progress = new FeatureExtractorTests.Recorder<PretrainingProgress>();
        var result = Pretrain(watched, new KnnMonitor(new TestImages(40, 2)), progress: progress);
        Assert.Equal(File.ReadAllBytes(plain["encoder.safetensors"]), File.ReadAllBytes(watched["encoder.safetensors"]));

        string[] names = ["knn/accuracy", "knn/deviation", "knn/effective_rank", "knn/rank_me"];
        var lines = Measurements(watched);
        Assert.Equal([(3, names), (6, names), (9, names)], lines.Select(line => (line.Step, line.Names)));
        Assert.True(result.Metrics["knn/accuracy"] > 0.8, $"{result.Metrics["knn/accuracy"]}"); // the mean color tells the class
        Assert.InRange(result.Metrics["knn/rank_me"], 1, 20); // of the 20 images that are asked
        Assert.Equal(result.Metrics["knn/accuracy"], progress.Reports[^1].Metrics["knn/accuracy"]);
        // The half that knows is not asked.
        using var trained = SelfSup.Files.EncoderFile.Load(watched["encoder.safetensors"]);
        Assert.Equal(
            result.Metrics["knn/accuracy"], new KnnMonitor(new TestImages(40, 2)).Measure(trained, CancellationToken.None)["accuracy"]);
    }

    [Fact]
    public void ARunStoppedWhileItIsWatchedResumesToTheSameLines()
    {
        using TemporaryFolder whole = new(), stopped = new();
        Pretrain(whole, new KnnMonitor(new TestImages(40, 2)));
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Pretrain(stopped, new StoppingMonitor(cancellation), cancellation: cancellation.Token));
        Assert.Empty(Measurements(stopped));
        Pretrain(stopped, new KnnMonitor(new TestImages(40, 2)), resume: true);
        Assert.Equal(File.ReadAllText(whole["metrics.jsonl"]), File.ReadAllText(stopped["metrics.jsonl"]));
    }

    [Fact]
    public void AMeasurementThatFailsLosesNoEpoch()
    {
        using TemporaryFolder whole = new(), failed = new();
        Pretrain(whole);
        Assert.Throws<NotSupportedException>(() => Pretrain(failed, new FailingMonitor()));
        Assert.Single(Directory.GetFiles(Path.Combine(failed.Path, "checkpoints"), "step-*3.safetensors"));
        Pretrain(failed, resume: true);
        Assert.Equal(File.ReadAllBytes(whole["encoder.safetensors"]), File.ReadAllBytes(failed["encoder.safetensors"]));
    }

    [Fact]
    public void AWarningOfAnEarlierEpochIsInTheResumedRunToo()
    {
        using var folder = new TemporaryFolder();
        var monitor = new RisingMonitor(failsAt: 2);
        Assert.Throws<NotSupportedException>(() => Pretrain(folder, monitor)); // with epochs 1 and 2 behind it
        var result = Pretrain(folder, monitor, resume: true);
        Assert.Contains(result.Warnings, warning => warning is MetricWarning { Metric: "rising/value", Step: 3, Value: 0 });
        Assert.Equal(3, result.Metrics["rising/value"]);
    }

    [Fact]
    public void ACollapsedEncoderIsWarnedOf()
    {
        using var encoder = new ConvNet(16);
        var monitor = new KnnMonitor(new TestImages(40, 2));
        PretrainingOptions Options() => new() { Epochs = 1, BatchSize = 8, Recipe = new() { LearningRate = 1e-9 }, Monitors = [monitor] };
        Assert.Empty(Pretraining.Run(encoder, [new WeightedTask(new RotationTask())], Unlabeled, Options()).Warnings.BesideLength());
        // Every map is its bias, whatever the image.
        using (TorchSharp.torch.no_grad())
        {
            foreach (var parameter in encoder.parameters().Where(parameter => parameter.dim() == 4))
                parameter.zero_();
        }
        var warnings = Pretraining.Run(encoder, [new WeightedTask(new RotationTask())], Unlabeled, Options()).Warnings.BesideLength();
        Assert.Contains(warnings, warning => warning is MetricWarning { Metric: "knn/effective_rank", Step: 3 });
        Assert.All(warnings, warning => Assert.Contains("nearly the same features", warning.Message));
    }

    [Fact]
    public void MonitorsCanBeAskedLessOften()
    {
        using var folder = new TemporaryFolder();
        Pretrain(folder, new KnnMonitor(new TestImages(40, 2)), every: 2);
        Assert.Equal([6, 9], Measurements(folder).Select(line => line.Step)); // every second epoch, and at the end
    }

    [Fact]
    public void WrongInputIsNamed()
    {
        Assert.Contains("one class", Assert.Throws<ArgumentException>(() => new KnnMonitor(new TestImages(8, 1))).Message);
        Assert.Contains("lack 'class 2'", Assert.Throws<ArgumentException>(() => new KnnMonitor(new TestImages(9, 3), new TestImages(8, 2))).Message);
        using var folder = new TemporaryFolder();
        var monitor = new KnnMonitor(new TestImages(8, 2));
        Assert.Contains("Monitors is [knn, knn]", Assert.Throws<ArgumentException>(() =>
            Pretraining.Run(new ConvNet(16), [new(new RotationTask())], Unlabeled, new() { Monitors = [monitor, monitor] })).Message);
    }

    private static PretrainingResult Pretrain(
        TemporaryFolder folder, IEncoderMonitor? monitor = null, int every = 1, bool resume = false,
        IProgress<PretrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var encoder = new ConvNet(16);
        return Pretraining.Run(encoder, [new WeightedTask(new RotationTask())], Unlabeled, new PretrainingOptions
        {
            Epochs = 3,
            BatchSize = 8,
            RunFolder = folder.Path,
            Resume = resume,
            Monitors = monitor is null ? [] : [monitor],
            MonitorEveryEpochs = every,
        }, progress, cancellation);
    }

    private static (int Step, string[] Names)[] Measurements(TemporaryFolder folder) =>
    [
        .. File.ReadLines(folder["metrics.jsonl"])
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => !line.TryGetProperty("learning_rate", out _))
            .Select(line => (
                line.GetProperty("step").GetInt32(), line.EnumerateObject().Select(field => field.Name).Where(name => name != "step").ToArray())),
    ];

    /// <summary>Measures how often it was asked before, and warns of 0.</summary>
    private sealed class RisingMonitor(int failsAt) : IEncoderMonitor
    {
        private int asked;

        public string Name => "rising";

        public IReadOnlyList<MetricAlarm> Alarms { get; } = [new("value", 0.5, "It is low.")];

        public IReadOnlyDictionary<string, double> Measure(Encoder encoder, CancellationToken cancellationToken) => ++asked == failsAt
            ? throw new NotSupportedException()
            : new Dictionary<string, double> { ["value"] = asked - 1 };
    }

    private sealed class FailingMonitor : IEncoderMonitor
    {
        public string Name => "failing";

        public IReadOnlyList<MetricAlarm> Alarms => [];

        public IReadOnlyDictionary<string, double> Measure(Encoder encoder, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class StoppingMonitor(CancellationTokenSource cancellation) : IEncoderMonitor
    {
        public string Name => "stop";

        public IReadOnlyList<MetricAlarm> Alarms => [];

        public IReadOnlyDictionary<string, double> Measure(Encoder encoder, CancellationToken cancellationToken)
        {
            cancellation.Cancel();
            throw new OperationCanceledException(cancellationToken);
        }
    }
}
