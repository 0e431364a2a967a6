using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Training;

public class RunContractTests
{
    [Fact]
    public void What_the_method_keeps_is_measured_exported_and_handed_back()
    {
        using var folder = new TemporaryFolder();
        using ConvNet start = new(32), encoder = new(32);
        var measured = new List<bool>();
        Run(encoder, new HookedTask { Keeping = encoder => encoder.Copy() }, new()
        {
            Epochs = 2,
            BatchSize = 4,
            RunFolder = folder.Path,
            Monitors = [new Spy(given => measured.Add(HasParametersOf(given, start) && !ReferenceEquals(given, encoder)))],
        });
        Assert.Equal([true, true], measured);
        using var exported = EncoderFile.Load(folder["encoder.safetensors"]);
        Assert.True(HasParametersOf(exported, start));
        Assert.True(HasParametersOf(encoder, start));
        // What was trained is in the checkpoint, and is another.
        using var checkpoint = SafetensorsFile.Read(Directory.GetFiles(folder["checkpoints"]).Order(StringComparer.Ordinal).Last());
        Assert.False(checkpoint.Tensors["encoder.stage1.conv.weight"].Equals(start.state_dict()["stage1.conv.weight"]));
    }

    [Fact]
    public void A_preview_that_throws_is_a_warning()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(32);
        var result = Run(
            encoder, new HookedTask { Drawing = () => throw new NotSupportedException("no pencil") }, new() { Epochs = 2, BatchSize = 4, RunFolder = folder.Path });
        Assert.Equal("The preview of 'hooked' could not be drawn: no pencil", Assert.Single(result.Warnings.BesideLength()).Message);
        Assert.Contains("no pencil", File.ReadAllText(folder["report.json"]));
        Assert.True(File.Exists(folder["encoder.safetensors"]));
    }

    [Fact]
    public void Held_out_images_are_judged_after_every_epoch_and_teach_nothing()
    {
        var losses = new List<(int Epoch, bool IsTraining)>();
        var completed = new List<(int Epoch, bool IsTraining)>();
        var measured = 0;
        using var encoder = new ConvNet(32);
        var result = Run(
            encoder,
            new HookedTask
            {
                Loss = (answers, step) =>
                {
                    losses.Add((step.Epoch, step.IsTraining));
                    return answers.to(ScalarType.Float32).sub(1).abs().mean();
                },
                StepCompleted = (_, step) => completed.Add((step.Epoch, step.IsTraining)),
            },
            new()
            {
                Epochs = 4,
                BatchSize = 4,
                HeldOut = new ProceduralImages(8, seed: 9),
                Monitors = [new Spy(_ => measured++)],
                MonitorEveryEpochs = 3,
            });
        Assert.Equal(2, measured); // after the third and the last
        Assert.Equal(Enumerable.Range(0, 4).SelectMany(epoch => new[] { epoch, epoch }), losses.Where(loss => !loss.IsTraining).Select(loss => loss.Epoch));
        Assert.Equal(4 * 3, losses.Count(loss => loss.IsTraining));
        Assert.Equal(losses.Where(loss => loss.IsTraining), completed);
        Assert.True(double.IsFinite(result.Metrics["held_out/hooked/loss"]));
    }

    [Theory]
    [InlineData("rotation")]
    [InlineData("jigsaw")]
    [InlineData("relative-patch")]
    [InlineData("counting")]
    [InlineData("colorization")]
    [InlineData("inpainting-adversarial")]
    [InlineData("dcgan")]
    [InlineData("bigan")]
    public void A_rest_of_one_held_out_image_ends_no_run(string task)
    {
        using var encoder = new ConvNet(32);
        var result = Run(encoder, TaskCatalog.Create(task), new() { Epochs = 1, BatchSize = 4, HeldOut = new ProceduralImages(5, seed: 9) });
        Assert.Contains(result.Metrics, pair => pair.Key.StartsWith($"held_out/{task}", StringComparison.Ordinal));
        Assert.All(result.Metrics.Values, value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void A_single_held_out_image_is_refused_before_the_run()
    {
        using var encoder = new ConvNet(32);
        Assert.Contains("at least two images", Assert.Throws<ArgumentException>(
            () => Run(encoder, new RotationTask(), new() { HeldOut = new ProceduralImages(1, seed: 9) })).Message);
    }

    /// <summary>JSON has no NaN: it is null in the report, and the run ends.</summary>
    [Fact]
    public void A_measurement_that_is_no_number_ends_no_run()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(32);
        var monitor = new Spy(_ => { }) { Metrics = new() { ["ratio"] = double.NaN, ["bound"] = double.PositiveInfinity }, Alarms = [new("ratio", 0, "It is no number.")] };
        var result = Run(encoder, new RotationTask(), new() { Epochs = 1, BatchSize = 4, RunFolder = folder.Path, Monitors = [monitor] });
        Assert.True(double.IsNaN(result.Metrics["spy/ratio"]));
        Assert.Contains("\"spy/ratio\": null", File.ReadAllText(folder["report.json"]));
    }

    /// <summary>An end is none any more once the run goes on: a script that waits for report.json must not find the old one.</summary>
    [Fact]
    public void A_run_that_goes_on_from_its_end_has_no_report_until_the_next()
    {
        using var folder = new TemporaryFolder();
        using ConvNet encoder = new(32), again = new(32);
        Run(encoder, new RotationTask(), new() { Epochs = 1, BatchSize = 4, RunFolder = folder.Path });
        Assert.True(File.Exists(folder["report.json"]));
        var found = new List<bool>();
        var task = new RotationTask();
        Run(again, task, new() { Epochs = 2, BatchSize = 4, RunFolder = folder.Path, Resume = true, Monitors = [new Spy(_ => found.Add(File.Exists(folder["report.json"])))] });
        Assert.False(found[^1]);
        Assert.True(File.Exists(folder["report.json"]));
    }

    /// <summary>A task that trains its head alone leaves the encoder to the task beside it.</summary>
    [Fact]
    public void An_objective_trains_what_it_names_beside_other_tasks_too()
    {
        using ConvNet alone = new(32), beside = new(32);
        var options = new PretrainingOptions { Epochs = 2, BatchSize = 4 };
        var images = new ProceduralImages(12, seed: 2);
        Pretraining.Run(alone, [new WeightedTask(new HookedTask("one"))], images, options);
        Pretraining.Run(beside, [new WeightedTask(new HookedTask("one")), new WeightedTask(new HookedTask("two") { TrainsHeadAlone = true })], images, options);
        Assert.True(HasParametersOf(beside, alone));
        Assert.All(beside.parameters(), parameter => Assert.True(parameter.requires_grad));
    }

    [Fact]
    public void What_the_method_keeps_is_handed_back_when_the_run_is_stopped_too()
    {
        using ConvNet start = new(32), encoder = new(32);
        using var stop = new CancellationTokenSource();
        var task = new HookedTask { Keeping = encoder => encoder.Copy(), StepCompleted = (_, _) => stop.Cancel() };
        Assert.Throws<OperationCanceledException>(() => Pretraining.Run(
            encoder, [new WeightedTask(task)], new ProceduralImages(12, seed: 2), new() { Epochs = 2, BatchSize = 4 }, cancellationToken: stop.Token));
        Assert.True(HasParametersOf(encoder, start));
    }

    private static PretrainingResult Run(Encoder encoder, IPretextTask task, PretrainingOptions options) =>
        Pretraining.Run(encoder, [new WeightedTask(task)], new ProceduralImages(12, seed: 2), options);

    [Fact]
    public void AnEncoderOfAnotherFormIsRefusedBeforeTheFirstStep()
    {
        using var encoder = new ConvNet(32);
        var steps = 0;
        var task = new HookedTask { Keeping = _ => new NetworkInNetwork(32), StepCompleted = (_, _) => steps++ };
        var error = Assert.Throws<InvalidOperationException>(() => Pretraining.Run(
            encoder, [new WeightedTask(task)], new ProceduralImages(12, seed: 2), new() { Epochs = 1, BatchSize = 4 }));
        Assert.Contains("'hooked'", error.Message);
        Assert.Equal(0, steps);
    }

    private static bool HasParametersOf(Encoder encoder, Encoder other) =>
        encoder.parameters().Zip(other.parameters()).All(pair => pair.First.Equals(pair.Second));

    private sealed class Spy(Action<Encoder> measure) : IEncoderMonitor
    {
        public string Name => "spy";

        public Dictionary<string, double> Metrics { get; init; } = [];

        public IReadOnlyList<MetricAlarm> Alarms { get; init; } = [];

        public IReadOnlyDictionary<string, double> Measure(Encoder encoder, CancellationToken cancellationToken)
        {
            measure(encoder);
            return Metrics;
        }
    }
}
