using System.Text.Json;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Training;
using TorchSharp;

namespace SelfSup.Tests.Training;

public class ResumeTests
{
    private const int Epochs = 2, StepsPerEpoch = 3, BatchSize = 4;
    private static readonly ProceduralImages Images = new(StepsPerEpoch * BatchSize + 3, seed: 4);

    public static TheoryData<string, string?> Runs => new()
    {
        { "rotation", "sgd" },
        { "jigsaw", "adamw" },
        { "colorization", "sgd" },
        { "inpainting-adversarial", "adamw" },
        { "dcgan", null },
        { "bigan", null },
        { "relative-patch", "lars" },
        { "counting", "sgd" },
        { "moco", null },
        { "nnclr", "lars" },
        { "instance-discrimination", null },
        { "byol", "adamw" },
        { "vicreg", null },
        { "lejepa", null },
        { "swav", null },
        { "dino", null },
        { "deepcluster", null },
        { "deepcluster-v1", null },
        { "split-brain", null },
        { "mae", null },
        { "distillation", null },
        { QueueTask.TaskName, "lars" },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void ARunThatWasKilledEndsAsOneThatWasNot(string task, string? optimizer)
    {
        using TemporaryFolder whole = new(), killed = new();
        Run(whole, NewTask(task), optimizer);
        // The preview after the first epoch is the fourth call, so the run dies in step 6, after the checkpoint of step 4 and after the metrics of step 5 were written.
        Assert.Throws<TimeZoneNotFoundException>(() => Run(killed, new InterruptedTask(NewTask(task), call =>
        {
            if (call == 7)
                throw new TimeZoneNotFoundException();
        }), optimizer));
        Assert.Equal(["step-000000003.safetensors", "step-000000004.safetensors"], Checkpoints(killed));

        Run(killed, NewTask(task), optimizer, resume: true);
        AssertSame(whole, killed);
    }

    [Fact]
    public void ACancelledRunLeavesACheckpointAndEndsAsOneThatWasNot()
    {
        using TemporaryFolder whole = new(), cancelled = new();
        using var cancellation = new CancellationTokenSource();
        Run(whole, new RotationTask(), "sgd");
        var stopping = new InterruptedTask(new RotationTask(), call =>
        {
            if (call == 6)
                cancellation.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => Run(cancelled, stopping, "sgd", cancellation: cancellation.Token));
        Assert.Equal("step-000000005.safetensors", Checkpoints(cancelled)[^1]);

        Run(cancelled, new RotationTask(), "sgd", resume: true);
        AssertSame(whole, cancelled);
    }

    [Fact]
    public void AFinishedRunResumesToTheSameEnd()
    {
        using var folder = new TemporaryFolder();
        Run(folder, new RotationTask(), "sgd");
        var encoder = File.ReadAllBytes(folder["encoder.safetensors"]);
        Assert.Equal(Epochs * StepsPerEpoch, Run(folder, new RotationTask(), "sgd", resume: true).Steps);
        Assert.Equal(encoder, File.ReadAllBytes(folder["encoder.safetensors"]));
    }

    [Fact]
    public void AFolderOfAnotherRunIsRefused()
    {
        using var folder = new TemporaryFolder();
        Run(folder, new RotationTask(), "sgd");
        var again = Assert.Throws<InvalidOperationException>(() => Run(folder, new RotationTask(), "sgd"));
        Assert.Contains("Resume it, or choose another folder", again.Message);
        var other = Assert.Throws<InvalidOperationException>(() => Run(folder, new RotationTask(), "adamw", resume: true));
        Assert.Contains("optimizer = sgd, not adamw", other.Message);
    }

    [Fact]
    public void ARunThatMayResumeBeginsWhereNoneIs()
    {
        using TemporaryFolder first = new(), plain = new();
        Run(first, new RotationTask(), "sgd", resume: true);
        Run(plain, new RotationTask(), "sgd");
        Assert.Equal(File.ReadAllBytes(plain["encoder.safetensors"]), File.ReadAllBytes(first["encoder.safetensors"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ADamagedCheckpointIsNamedAndTheOneBeforeIsUsed(bool cutOff)
    {
        using TemporaryFolder whole = new(), damaged = new();
        Run(whole, new RotationTask(), "sgd");
        Run(damaged, new RotationTask(), "sgd");
        Damage(damaged, Checkpoints(damaged)[^1], cutOff);

        var result = Run(damaged, new RotationTask(), "sgd", resume: true);
        var warning = Assert.Single(result.Warnings.BesideLength());
        Assert.Contains("step-000000006.safetensors.damaged", warning.Message);
        Assert.Contains(cutOff ? "bytes" : "does not fit its checksum", warning.Message);
        Assert.Contains("set aside", File.ReadAllText(damaged["report.json"]));
        AssertSame(whole, damaged);
    }

    [Fact]
    public void WithoutASoundCheckpointNothingIsOverwritten()
    {
        using var folder = new TemporaryFolder();
        Run(folder, new RotationTask(), "sgd");
        var metrics = File.ReadAllText(folder["metrics.jsonl"]);
        foreach (var checkpoint in Checkpoints(folder))
            Damage(folder, checkpoint, cutOff: true);
        Assert.Contains("step-000000006.safetensors", Assert.Throws<InvalidDataException>(
            () => Run(folder, new RotationTask(), "sgd", resume: true)).Message);
        Assert.Equal(metrics, File.ReadAllText(folder["metrics.jsonl"]));
    }

    [Fact]
    public void ARunKilledBeforeItsFirstCheckpointResumesFromTheStart()
    {
        using TemporaryFolder whole = new(), killed = new();
        Run(whole, new RotationTask(), "sgd");
        Assert.Throws<TimeZoneNotFoundException>(() => Run(
            killed, new InterruptedTask(new RotationTask(), _ => throw new TimeZoneNotFoundException()), "sgd"));
        Assert.Empty(Checkpoints(killed));
        Run(killed, new RotationTask(), "sgd", resume: true);
        AssertSame(whole, killed);
    }

    [Fact]
    public void ASecondRunInTheFolderIsRefused()
    {
        using var folder = new TemporaryFolder();
        InvalidOperationException? refused = null;
        Run(folder, new InterruptedTask(new RotationTask(), call =>
        {
            if (call == 1)
                refused = Assert.Throws<InvalidOperationException>(() => Run(folder, new RotationTask(), "sgd", resume: true));
        }), "sgd");
        Assert.Contains("Another run is at work", refused!.Message);
        Run(folder, new RotationTask(), "sgd", resume: true); // the lock went with its run
    }

    [Fact]
    public void AnotherNumberOfThreadsIsSaidToChangeBits()
    {
        using var folder = new TemporaryFolder();
        Run(folder, new RotationTask(), "sgd");
        using (var configuration = JsonDocument.Parse(File.ReadAllText(folder["configuration.json"])))
        {
            Assert.Equal(torch.get_num_threads(), configuration.RootElement.GetProperty("threads").GetInt32());
            Assert.Equal(16, configuration.RootElement.GetProperty("images.fingerprint").GetString()!.Length);
        }
        var threads = torch.get_num_threads();
        try
        {
            torch.set_num_threads(threads + 1);
            var result = Run(folder, new RotationTask(), "sgd", resume: true);
            Assert.Contains($"goes on with {threads + 1} threads after {threads}", Assert.Single(result.Warnings.BesideLength()).Message);
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    private static IPretextTask NewTask(string name) => name == QueueTask.TaskName ? new QueueTask() : KnownTasks.Create(name);

    private static void Damage(TemporaryFolder folder, string checkpoint, bool cutOff)
    {
        using var file = new FileStream(folder[Path.Combine("checkpoints", checkpoint)], FileMode.Open);
        if (cutOff)
        {
            file.SetLength(file.Length / 2);
            return;
        }
        // One bit of a weight.
        file.Position = file.Length * 3 / 4;
        var value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 4));
    }

    private static PretrainingResult Run(
        TemporaryFolder folder, IPretextTask task, string? optimizer, bool resume = false, CancellationToken cancellation = default)
    {
        using var encoder = task.CreateEncoder(32);
        return Pretraining.Run(encoder, [new WeightedTask(task)], Images, new PretrainingOptions
        {
            Epochs = Epochs,
            BatchSize = BatchSize,
            Recipe = optimizer is null ? null : TrainingRecipe.For(OptimizerCatalog.Create(optimizer)),
            RunFolder = folder.Path,
            Resume = resume,
            CheckpointEverySteps = 2,
        }, cancellationToken: cancellation);
    }

    private static string[] Checkpoints(TemporaryFolder folder) =>
        [.. Directory.GetFiles(folder["checkpoints"]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static void AssertSame(TemporaryFolder expected, TemporaryFolder actual)
    {
        foreach (var file in new[] { "metrics.jsonl", "encoder.safetensors" })
            Assert.Equal(File.ReadAllBytes(expected[file]), File.ReadAllBytes(actual[file]));
        // The last checkpoint holds the head, the optimizer's state and the buffers too.
        var last = Path.Combine("checkpoints", Checkpoints(expected)[^1]);
        using SafetensorsFile first = SafetensorsFile.Read(expected[last]), second = SafetensorsFile.Read(actual[last]);
        Assert.Equal(first.Tensors.Keys.Order(), second.Tensors.Keys.Order());
        Assert.All(first.Tensors, pair => Assert.True(pair.Value.Equals(second.Tensors[pair.Key]), pair.Key));
    }
}
