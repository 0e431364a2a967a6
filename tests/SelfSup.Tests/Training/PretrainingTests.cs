using System.Text.Json;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Training;

public class PretrainingTests
{
    /// <summary>From its fourth step on its inputs are not numbers, for some steps.</summary>
    private sealed class BreakingTask(int steps = int.MaxValue) : ClassificationTask("breaking", classes: 2)
    {
        private int step;

        protected override LabeledBatch Generate(Tensor images, RandomSource random) => new(
            images.to(ScalarType.Float32).div_(255).mul_(++step < 4 || step - 4 >= steps ? 1 : double.NaN), zeros(images.shape[0], int64));
    }

    [Fact]
    public void ALossThatIsNotFiniteStopsTheRunAndNamesTheLastGoodCheckpoint()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(32);
        var error = Assert.Throws<NonFiniteLossException>(() => Pretraining.Run(
            encoder, [new WeightedTask(new BreakingTask())], new ProceduralImages(64), new() { BatchSize = 8, RunFolder = folder.Path, CheckpointEverySteps = 1 }));
        Assert.Equal(("breaking/loss", 4L), (error.Metric, error.Step));
        Assert.EndsWith("step-000000003.safetensors", error.LastCheckpoint);
        Assert.Contains(error.LastCheckpoint!, error.Message);
        using var checkpoint = SafetensorsFile.Read(error.LastCheckpoint!);
        Assert.All(checkpoint.Tensors.Values, tensor => Assert.True(tensor.isfinite().all().item<bool>()));
        AssertInspected(folder, step: 4);
    }

    [Fact]
    public void AStepThatIsNotFiniteCanBeLeftOut()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(32);
        var result = Pretraining.Run(
            encoder, [new WeightedTask(new BreakingTask(steps: 2))], new ProceduralImages(64),
            new() { Epochs = 1, BatchSize = 8, RunFolder = folder.Path, NonFinite = NonFinitePolicy.SkipStep });
        Assert.Equal(8, result.Steps);
        Assert.StartsWith("2 steps were left out, the last one step 5, where breaking/loss", Assert.Single(result.Warnings.BesideLength()).Message);
        Assert.All(encoder.state_dict().Values, tensor => Assert.True(tensor.isfinite().all().item<bool>()));
        var lines = File.ReadLines(folder["metrics.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("breaking/loss").ValueKind);
        Assert.Equal([4, 5], lines.Index().Where(line => line.Item == JsonValueKind.Null).Select(line => line.Index + 1));
        AssertInspected(folder, step: 4);
    }

    [Fact]
    public void TenStepsLeftOutInARowStopTheRun()
    {
        using var encoder = new ConvNet(32);
        var error = Assert.Throws<NonFiniteLossException>(() => Pretraining.Run(
            encoder, [new WeightedTask(new BreakingTask())], new ProceduralImages(128), new() { BatchSize = 8, NonFinite = NonFinitePolicy.SkipStep }));
        Assert.Equal(13, error.Step);
    }

    private static void AssertInspected(TemporaryFolder folder, long step)
    {
        using var line = JsonDocument.Parse(File.ReadLines(folder["non-finite.jsonl"]).First());
        Assert.Equal((step, "breaking/loss"), (line.RootElement.GetProperty("step").GetInt64(), line.RootElement.GetProperty("metric").GetString()));
        Assert.Equal(8, line.RootElement.GetProperty("images").GetArrayLength());
        Assert.True(File.Exists(folder[$"previews/non-finite-step-{step}.png"]));
    }

    [Fact]
    public void TheRunFolderHoldsWhatARunLeaves()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(32);
        var result = Pretraining.Run(
            encoder, [new WeightedTask(new RotationTask()), new WeightedTask(new JigsawTask(), 0.5)], new ProceduralImages(24),
            new() { Epochs = 2, BatchSize = 8, RunFolder = folder.Path });
        Assert.False(encoder.training);
        Assert.Equal(6, File.ReadLines(folder["metrics.jsonl"]).Count());
        using (var line = JsonDocument.Parse(File.ReadLines(folder["metrics.jsonl"]).Last()))
            Assert.Equal(["step", "learning_rate", "rotation/loss", "rotation/accuracy", "jigsaw/loss", "jigsaw/accuracy", "rotation+jigsaw/gradient_norm"], line.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.True(File.Exists(folder["previews/rotation.png"]) && File.Exists(folder["previews/jigsaw.png"]));
        Assert.True(File.Exists(folder["configuration.json"]) && File.Exists(folder["report.json"]));
        using var saved = EncoderFile.Load(result.EncoderFile!);
        var state = encoder.state_dict();
        Assert.All(saved.state_dict(), pair => Assert.True(pair.Value.Equals(state[pair.Key]), pair.Key));
    }

    [Fact]
    public void UnreadableImagesAreLeftOutAndReported()
    {
        using TemporaryFolder images = new(), run = new();
        var pixels = new byte[3 * 32 * 32];
        for (var i = 0; i < 30; i++)
        {
            new Random(i).NextBytes(pixels);
            PngFile.Write(images[$"{i:D2}.png"], 32, 32, pixels);
        }
        images.Write("broken.jpg", [0xFF, 0xD8, 0xFF, 1, 2, 3]);
        using var encoder = new ConvNet(32);
        var result = Pretraining.Run(
            encoder, [new WeightedTask(new RotationTask())], ImageFolder.Open(images.Path), new() { Epochs = 1, BatchSize = 31, RunFolder = run.Path });
        Assert.EndsWith("broken.jpg", Assert.Single(result.Failures).Name);
        Assert.Contains("broken.jpg", File.ReadAllText(run["report.json"]));
    }

    [Fact]
    public void ATasksWeightScalesItsShareOfTheGradient()
    {
        using ConvNet alone = new(32), light = new(32), heavy = new(32);
        Train(alone, new WeightedTask(new RotationTask()));
        Train(light, new WeightedTask(new RotationTask()), new WeightedTask(new JigsawTask(), 1e-12));
        Train(heavy, new WeightedTask(new RotationTask()), new WeightedTask(new JigsawTask()));
        Assert.True(Distance(alone, light) < 1e-5, $"{Distance(alone, light)}");
        Assert.True(Distance(alone, heavy) > 1e-2, $"{Distance(alone, heavy)}");

        static void Train(Encoder encoder, params WeightedTask[] tasks) =>
            Pretraining.Run(encoder, tasks, new ProceduralImages(24), new()
            {
                Epochs = 1,
                BatchSize = 8,
                Recipe = TrainingRecipe.Default with { Warmup = 0 },
            });

        static double Distance(Encoder a, Encoder b) => a.parameters().Zip(b.parameters(), (x, y) => (double)x.sub(y).abs().max().item<float>()).Max();
    }

    [Fact]
    public void ClippingBoundsTheStep()
    {
        using ConvNet before = new(32), after = new(32);
        var options = new PretrainingOptions
        {
            Epochs = 1,
            BatchSize = 8,
            Recipe = new() { LearningRate = 1, Warmup = 0, WeightDecay = 0, ClipGradientNorm = 1e-3 },
        };
        Pretraining.Run(after, [new WeightedTask(new RotationTask())], new ProceduralImages(8), options);
        var moved = Math.Sqrt(before.parameters().Zip(after.parameters(), (x, y) => (double)x.sub(y).pow(2).sum().item<float>()).Sum());
        Assert.InRange(moved, 1e-5, 1.9e-3 * 1.001); // Nesterov's first step is (1 + momentum) times the gradient
    }

    [Fact]
    public void BFloat16LearnsAndKeepsItsParametersInFloat32()
    {
        using var encoder = new ConvNet(32);
        var options = new PretrainingOptions { Epochs = 3, BatchSize = 8, Precision = Precision.BFloat16 };
        if (OperatingSystem.IsWindows())
        {
            Assert.Throws<PlatformNotSupportedException>(() => Run());
            return;
        }
        Assert.True(Run().Metrics["rotation/loss"] < Math.Log(4));
        Assert.All(encoder.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));

        PretrainingResult Run() => Pretraining.Run(encoder, [new WeightedTask(new RotationTask())], new ProceduralImages(64), options);
    }

    [Fact]
    public async Task PackedImagesTrainToTheSameBits()
    {
        using var folder = new TemporaryFolder();
        using var first = new ConvNet(32);
        using var second = new ConvNet(32);
        var images = new ProceduralImages(64);
        using var packed = await PackedImages.OpenOrPackAsync(
            images, Path.Combine(folder.Path, "images.pack"), new() { ImageSize = Pretraining.ReadSizeOf(first) });
        Assert.Equal(Train(first, images), Train(second, packed));

        static double Train(Encoder encoder, IImageSource images) => Pretraining.Run(
            encoder, [new WeightedTask(new RotationTask())], images, new() { Epochs = 1, BatchSize = 16 }).Metrics["rotation/loss"];
    }

    [Fact]
    public void WrongOptionsAreNamed()
    {
        using var encoder = new ConvNet(32);
        Refused("Epochs is 0", new() { Epochs = 0 });
        Refused("LearningRate is -1", new() { Recipe = new() { LearningRate = -1 } });
        Refused("Momentum is 1", new() { Recipe = new() { Optimizer = new Sgd { Momentum = 1 } } });
        Refused("Resume is True", new() { Resume = true });
        var twice = Assert.Throws<ArgumentException>(() => Pretraining.Run(
            encoder, [new WeightedTask(new RotationTask()), new WeightedTask(new RotationTask())], new ProceduralImages(8)));
        Assert.Contains("different names", twice.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeightedTask(new RotationTask(), 0));

        void Refused(string message, PretrainingOptions options) => Assert.Contains(
            message, Assert.Throws<ArgumentException>(() => Pretraining.Run(encoder, [new WeightedTask(new RotationTask())], new ProceduralImages(8), options)).Message);
    }
}
