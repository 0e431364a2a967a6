using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;

namespace SelfSup.Tests.Training;

/// <summary>How long a run is when nothing, steps or epochs are given, and the warning of one too short to learn from.</summary>
public class RunLengthTests
{
    [Fact]
    public void DaysThatAreLeftAreHours()
    {
        var progress = new PretrainingProgress(1, 10, 5, 100, 0.1, 50, new TimeSpan(30, 5, 9), new Dictionary<string, double>());
        Assert.Contains("30:05:09 left", progress.ToString());
    }

    [Theory]
    [InlineData(25, 80)] // 1,662 photos in batches of 64
    [InlineData(1, 2000)]
    [InlineData(199, 11)]
    [InlineData(200, 10)]
    [InlineData(781, 10)] // CIFAR-10
    [InlineData(100_000, 10)]
    public void ByDefaultARunMakesTwoThousandStepsAndTenEpochsAtLeast(long stepsPerEpoch, int expected)
    {
        var epochs = new PretrainingOptions().EpochsFor(stepsPerEpoch);
        Assert.Equal(expected, epochs);
        Assert.True(epochs * stepsPerEpoch >= 2000);
    }

    [Theory]
    [InlineData(100, 25, 4)]
    [InlineData(101, 25, 5)]
    [InlineData(1, 25, 1)]
    public void StepsAreRoundedUpToWholeEpochs(int steps, long stepsPerEpoch, int expected)
    {
        Assert.Equal(expected, new PretrainingOptions { Steps = steps }.EpochsFor(stepsPerEpoch));
        Assert.Equal(7, new PretrainingOptions { Epochs = 7 }.EpochsFor(stepsPerEpoch));
    }

    [Fact]
    public void ARunIsAsLongAsItsRecordSaysAndResumesByStepsAsByEpochs()
    {
        using var folder = new TemporaryFolder();
        var result = Run(new() { Steps = 5, BatchSize = 4, RunFolder = folder.Path });
        Assert.Equal(6, result.Steps); // two epochs of three
        Assert.Contains("\"epochs\": 2,", File.ReadAllText(folder["configuration.json"]));
        Assert.Equal(6, Run(new() { Epochs = 2, BatchSize = 4, RunFolder = folder.Path, Resume = true }).Steps);
        var longer = Run(new() { Steps = 9, BatchSize = 4, RunFolder = folder.Path, Resume = true });
        Assert.Equal(9, longer.Steps);
        Assert.Contains(longer.Warnings, warning => warning.Message.Contains("goes on for 3 epochs after it was started for 2"));
    }

    [Fact]
    public void AShortRunIsWarnedOfFromTheFirstReportOn()
    {
        using var folder = new TemporaryFolder();
        var reports = new List<PretrainingProgress>();
        var result = Run(new() { Epochs = 2, BatchSize = 4, RunFolder = folder.Path }, new Reports(reports));
        var warning = Assert.IsType<ShortRunWarning>(Assert.Single(result.Warnings));
        Assert.Equal(6, warning.Steps);
        Assert.StartsWith("The whole run is 6 steps", warning.Message);
        Assert.All(reports, report => Assert.Equal([warning], report.Warnings));
        Assert.Contains("The whole run is 6 steps", File.ReadAllText(folder["report.json"]));
        Assert.NotNull(ShortRunWarning.For(999));
        Assert.Null(ShortRunWarning.For(1000));
    }

    [Fact]
    public void EpochsAndStepsExcludeEachOther()
    {
        Assert.Contains("Steps is 0; it must be at least 1", Refusal(new() { Steps = 0 }));
        Assert.Contains("Steps is 5; it must be null where Epochs is given", Refusal(new() { Steps = 5, Epochs = 1 }));
    }

    private static string Refusal(PretrainingOptions options) => Assert.Throws<ArgumentException>(() => Run(options)).Message;

    private static PretrainingResult Run(PretrainingOptions options, IProgress<PretrainingProgress>? progress = null)
    {
        using var encoder = new ConvNet(16);
        return Pretraining.Run(encoder, [new WeightedTask(new RotationTask())], new ProceduralImages(12), options, progress);
    }

    private sealed class Reports(List<PretrainingProgress> all) : IProgress<PretrainingProgress>
    {
        public void Report(PretrainingProgress value) => all.Add(value);
    }
}
