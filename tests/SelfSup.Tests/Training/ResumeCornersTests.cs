using System.Text.Json;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Tasks;
using SelfSup.Training;

namespace SelfSup.Tests.Training;

/// <summary>Runs that are stopped where one epoch ends and the next has not begun.</summary>
public class ResumeCornersTests
{
    private const int Batch = 4, Images = 12, StepsPerEpoch = 3;

    /// <summary>The task reverses the order before every epoch, and draws its head anew.</summary>
    [Theory]
    [InlineData(StepsPerEpoch)] // after an epoch's last step
    [InlineData(StepsPerEpoch + 1)] // after an epoch's first step
    [InlineData(StepsPerEpoch - 1)]
    public void A_run_with_an_order_of_its_own_resumes_wherever_it_was_cancelled(int steps)
    {
        using TemporaryFolder whole = new(), cut = new();
        Run(whole, NewTask(_ => { }));
        using var cancellation = new CancellationTokenSource();
        var done = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => Run(
            cut, NewTask(_ => { }, () =>
            {
                if (++done == steps)
                    cancellation.Cancel();
            }), token: cancellation.Token));
        Run(cut, NewTask(_ => { }), resume: true);
        AssertSame(whole, cut);
    }

    [Fact]
    public void What_was_prepared_for_an_epoch_that_did_not_begin_is_in_no_checkpoint()
    {
        using TemporaryFolder whole = new(), cut = new();
        Run(whole, NewTask(_ => { }));
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Run(
            cut, NewTask(epoch =>
            {
                if (epoch == 1)
                    cancellation.Cancel();
            }), token: cancellation.Token));
        Assert.Equal(["step-000000003.safetensors"], Directory.GetFiles(cut["checkpoints"]).Select(Path.GetFileName));
        Run(cut, NewTask(_ => { }), resume: true);
        AssertSame(whole, cut);
    }

    [Fact]
    public void The_metrics_of_a_resumed_run_are_those_of_one_that_was_not_stopped()
    {
        using TemporaryFolder whole = new(), cut = new();
        var expected = Run(whole, NewTask(_ => { })).Metrics;
        using var cancellation = new CancellationTokenSource();
        var done = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => Run(
            cut, NewTask(_ => { }, () =>
            {
                if (++done == 2 * StepsPerEpoch - 1)
                    cancellation.Cancel();
            }), token: cancellation.Token));
        Assert.Equal(expected, Run(cut, NewTask(_ => { }), resume: true).Metrics);
        Assert.Equal(expected, Run(cut, NewTask(_ => { }), resume: true).Metrics); // once more, with nothing left to do
    }

    [Fact]
    public void A_run_of_which_all_checkpoints_are_damaged_does_not_start_anew_unasked()
    {
        using var folder = new TemporaryFolder();
        Run(folder, NewTask(_ => { }));
        foreach (var checkpoint in Directory.GetFiles(folder["checkpoints"]))
            File.WriteAllBytes(checkpoint, [1, 2, 3]);
        Assert.Throws<InvalidDataException>(() => Run(folder, NewTask(_ => { }), resume: true));
        Assert.Contains("damaged", Assert.Throws<InvalidOperationException>(() => Run(folder, NewTask(_ => { }), resume: true)).Message);
        Assert.Equal(2 * StepsPerEpoch, File.ReadLines(folder["metrics.jsonl"]).Count());
    }

    [Theory]
    [InlineData("dcgan")]
    [InlineData("inpainting-adversarial")]
    public void An_encoder_of_a_run_with_two_objectives_can_be_trained_on(string name)
    {
        using var encoder = new ConvNet(32);
        Pretraining.Run(encoder, [new WeightedTask(TaskCatalog.Create(name))], new ProceduralImages(Images), new() { Epochs = 1, BatchSize = Batch });
        Assert.All(encoder.parameters(), parameter => Assert.True(parameter.requires_grad));
        using var before = encoder.parameters().First().clone();
        Pretraining.Run(encoder, [new WeightedTask(new RotationTask())], new ProceduralImages(Images), new() { Epochs = 1, BatchSize = Batch });
        Assert.False(encoder.parameters().First().Equals(before));
    }

    private static HookedTask NewTask(Action<int> onEpoch, Action? onStep = null) => new()
    {
        EpochStarting = epoch =>
        {
            epoch.UseOrder([.. Enumerable.Range(0, epoch.ImageCount).Select(i => (i + 5 * epoch.Epoch) % epoch.ImageCount)]);
            onEpoch(epoch.Epoch);
        },
        StepCompleted = (_, _) => onStep?.Invoke(),
    };

    private static PretrainingResult Run(TemporaryFolder folder, IPretextTask task, bool resume = false, CancellationToken token = default)
    {
        using var encoder = new ConvNet(32);
        return Pretraining.Run(
            encoder, [new WeightedTask(task)], new ProceduralImages(Images),
            new() { Epochs = 2, BatchSize = Batch, RunFolder = folder.Path, Resume = resume, CheckpointEverySteps = 1, KeepCheckpoints = 1 },
            cancellationToken: token);
    }

    private static void AssertSame(TemporaryFolder expected, TemporaryFolder actual)
    {
        Assert.Equal(File.ReadAllBytes(expected["encoder.safetensors"]), File.ReadAllBytes(actual["encoder.safetensors"]));
        Assert.Equal(File.ReadAllLines(expected["metrics.jsonl"]), File.ReadAllLines(actual["metrics.jsonl"]));
        using JsonDocument before = Report(expected), after = Report(actual);
        Assert.Equal(before.RootElement.GetProperty("metrics").ToString(), after.RootElement.GetProperty("metrics").ToString());

        static JsonDocument Report(TemporaryFolder folder) => JsonDocument.Parse(File.ReadAllText(folder["report.json"]));
    }
}
