using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Losses;
using SelfSup.Previews;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Training;

public class MetricWatchTests
{
    [Fact]
    public void AMeanBelowTheMinimumRaisesTheAlarm()
    {
        var watch = new MetricWatch([new MetricAlarm("task/spread", 0.5, "collapsed")], steps: 200);
        Feed(watch, 1, 50, 0.6);
        Feed(watch, 51, 94, 0.6);
        Feed(watch, 95, 99, 0.0); // five of fifty are not enough
        Feed(watch, 100, 100, 0.6);
        Assert.Empty(watch.Warnings);
        Feed(watch, 101, 150, 0.4);
        var warning = Assert.Single(watch.Warnings);
        Assert.Equal(("task/spread", 150L, 0.5, "collapsed"), (warning.Metric, warning.Step, warning.Minimum, warning.Message));
        Assert.Equal(0.4, warning.Value, 9);
        Assert.StartsWith("task/spread was 0.4 at step 150, below 0.5: ", warning.ToString());
        Feed(watch, 151, 200, 0.3);
        Assert.Equal(200, Assert.Single(watch.Warnings).Step);
    }

    [Fact]
    public void TheFirstTenthOfARunIsNotJudged()
    {
        var watch = new MetricWatch([new MetricAlarm("task/spread", 0.5, "collapsed")], steps: 1000);
        Feed(watch, 1, 100, 0);
        Assert.Empty(watch.Warnings);
        Feed(watch, 101, 150, 0);
        Assert.Single(watch.Warnings);
    }

    [Fact]
    public void WarningsReachProgressResultAndReportAndOutliveAResume()
    {
        using var folder = new TemporaryFolder();
        var seen = new List<PretrainingProgress>();
        var first = Run(folder, resume: false, new Seen(seen));
        var warning = Assert.IsType<MetricWarning>(Assert.Single(first.Warnings.BesideLength()));
        Assert.Equal("alarmed/accuracy", warning.Metric);
        Assert.Equal(warning, Assert.Single(seen[^1].Warnings.BesideLength()));
        Assert.Contains("never so right", File.ReadAllText(folder["report.json"]));
        Assert.Equal(first.Warnings, Run(folder, resume: true, null).Warnings);
    }

    private static PretrainingResult Run(TemporaryFolder folder, bool resume, IProgress<PretrainingProgress>? progress)
    {
        using var encoder = new ConvNet(16);
        return Pretraining.Run(
            encoder, [new WeightedTask(new AlarmedTask())], new ProceduralImages(100),
            new() { Epochs = 1, BatchSize = 2, RunFolder = folder.Path, Resume = resume }, progress);
    }

    private static void Feed(MetricWatch watch, int from, int to, double value)
    {
        for (var step = from; step <= to; step++)
            watch.Add(step, new Dictionary<string, double> { ["task/spread"] = value });
    }

    private sealed class Seen(List<PretrainingProgress> reports) : IProgress<PretrainingProgress>
    {
        public void Report(PretrainingProgress value) => reports.Add(value);
    }

    /// <summary>Rotation with an alarm that always goes off.</summary>
    private sealed class AlarmedTask() : PretextTask("alarmed")
    {
        private readonly RotationTask rotation = new();

        public override PretextBatch Generate(PretextInput input, RandomSource random) => rotation.Generate(input, random);

        public override PretextModel CreateModel(PretextSetup setup) => new AlarmedModel(setup.Encoder);
    }

    private sealed class AlarmedModel : PretextModel
    {
        private readonly TorchSharp.Modules.Linear head;

        public AlarmedModel(Encoder encoder)
            : base("alarmed", encoder)
        {
            head = nn.Linear(encoder.FeatureCount, 4);
            RegisterComponents();
            Objectives = [new Objective("answer", Compute, encoder, head) { Alarms = [new("accuracy", 1.5, "never so right")] }];
        }

        public override IReadOnlyList<Objective> Objectives { get; }

        private PretextLoss Compute(PretextBatch batch)
        {
            using var scope = NewDisposeScope();
            return ClassificationLoss.Of(head.forward(Encoder.forward(Encoder.Normalize(batch.Inputs))), batch.Targets).MoveOut();
        }
    }
}

file static class LossScope
{
    /// <summary>Hands a loss over to the outer scope.</summary>
    public static PretextLoss MoveOut(this PretextLoss loss)
    {
        loss.Value.MoveToOuterDisposeScope();
        foreach (var (_, value) in loss.Metrics)
            value.MoveToOuterDisposeScope();
        return loss;
    }
}
