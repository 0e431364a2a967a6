using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Training;
using TorchSharp;

namespace SelfSup.Tests.Training;

/// <summary>A run resumes as the same run alone, and what differs for good reason stays on record.</summary>
public sealed partial class RunIdentityTests : IClassFixture<RunIdentityTests.FinishedRun>
{
    private static readonly Dictionary<string, Func<Setup, Setup>> decisive = new()
    {
        ["task.jigsaw.settings.channel_shift = 1, not 2"] = run => run with { Tasks = [new(new JigsawTask(new() { ChannelShift = 2 }))] },
        ["task.jigsaw.weight = 1, not 0.5"] = run => run with { Tasks = [new(new JigsawTask(), 0.5)] },
        ["tasks = jigsaw, not rotation"] = run => run with { Tasks = [new(new RotationTask())] },
        ["tasks = jigsaw, not jigsaw rotation"] = run => run with { Tasks = [.. run.Tasks, new(new RotationTask())] },
        ["encoder.architecture = convnet, not nin"] = run => run with { NewEncoder = () => new NetworkInNetwork(32) },
        ["encoder.stem = small, not large"] = run => run with { NewEncoder = () => new ConvNet(32, stem: Stem.Large) },
        ["encoder.settings.depth = nothing, not 1"] = run => run with { NewEncoder = () => new VisionTransformer("vit_tiny", 32, new() { Depth = 1 }) },
        ["encoder.image_size = 32, not 48"] = run => run with { NewEncoder = () => new ConvNet(48) },
        ["encoder.std = 0.229 0.224 0.225, not 0.25 0.25 0.25"] = run => run with
        {
            NewEncoder = () => new ConvNet(32, normalization: new([0.485f, 0.456f, 0.406f], [0.25f, 0.25f, 0.25f])),
        },
        ["epochs = 2, not 1"] = run => run with { Epochs = 1 },
        ["batch_size = 4, not 2"] = run => run with { BatchSize = 2 },
        ["seed = 0, not 1"] = run => run with { Seed = 1 },
        ["shuffle_window = nothing, not 4"] = run => run with { ShuffleWindow = 4 },
        ["precision = float32, not bfloat16"] = run => run with { Precision = Precision.BFloat16 },
        ["recipe.learning_rate = 0.05, not 0.04"] = run => run with { Recipe = TrainingRecipe.Default with { LearningRate = 0.04 } },
        ["recipe.optimizer = sgd, not adamw"] = run => run with { Recipe = TrainingRecipe.For(new AdamW()) },
        ["augmentation.flip = true, not false"] = run => run with { Augmentation = new() { Flip = false } },
        ["non_finite = stop, not skip_step"] = run => run with { NonFinite = NonFinitePolicy.SkipStep },
    };

    private readonly FinishedRun finished;

    public RunIdentityTests(FinishedRun finished) => this.finished = finished;

    public static TheoryData<string> Decisive => [.. decisive.Keys];

    [Theory]
    [MemberData(nameof(Decisive))]
    public void WhatChangesTheResultIsRefusedByName(string message)
    {
        var before = File.ReadAllBytes(finished.Folder["run/configuration.json"]);
        AssertRefused(message, decisive[message](finished.Setup));
        Assert.Equal(before, File.ReadAllBytes(finished.Folder["run/configuration.json"]));
    }

    [Fact]
    public void OtherImagesAreRefused()
    {
        using var copy = finished.Copy();
        using (var longer = new FileStream(copy["images/3.png"], FileMode.Append))
            longer.WriteByte(0);
        AssertRefused("images.identity = ", finished.Setup with { Images = ImageFolder.Open(copy["images"]) });

        File.Copy(finished.Folder["images/3.png"], copy["images/3.png"], overwrite: true);
        File.Move(copy["images/3.png"], copy["images/three.png"]);
        AssertRefused("images.identity = ", finished.Setup with { Images = ImageFolder.Open(copy["images"]) });

        File.Delete(copy["images/three.png"]);
        AssertRefused("images.count = 8, not 7", finished.Setup with { Images = ImageFolder.Open(copy["images"]) });

        File.Copy(finished.Folder["images/3.png"], copy["images/3.png"]);
        File.Copy(finished.Folder["images/3.png"], copy["images/8.png"]);
        AssertRefused("images.count = 8, not 9", finished.Setup with { Images = ImageFolder.Open(copy["images"]) });
    }

    [Fact]
    public void TheOrderOfTasksAndTheirViewsCount()
    {
        var rotation = new WeightedTask(new RotationTask());
        var small = new WeightedTask(new ViewTask(new Augmentation { MinimumArea = 0.2 }));
        var run = finished.Setup with { Tasks = [rotation, small] };
        Assert.Empty(Compare(run, run));
        Assert.Contains("tasks = rotation views, not views rotation", Refusal(run, run with { Tasks = [small, rotation] }));
        var smaller = new WeightedTask(new ViewTask(new Augmentation { MinimumArea = 0.1 }));
        Assert.Contains("task.views.view0.minimum_area = 0.2, not 0.1", Refusal(run, run with { Tasks = [rotation, smaller] }));
    }

    [Fact]
    public void NothingChangedAddsNothing()
    {
        using var copy = finished.Copy();
        var before = File.ReadAllBytes(copy["run/configuration.json"]);
        Assert.Empty((finished.Setup with { RunFolder = copy["run"] }).Run(resume: true).Warnings.BesideLength());
        Assert.Equal(before, File.ReadAllBytes(copy["run/configuration.json"]));
        Assert.Empty(Json(copy["run/configuration.json"])["resumes"]!.AsArray());
        Assert.Single(Json(copy["run/report.json"])["warnings"]!.AsArray()); // that it is short
    }

    [Fact]
    public void ACopiedFolderIsAWarningAndItsFingerprintIsOnRecord()
    {
        using var copy = finished.Copy();
        foreach (var file in Directory.GetFiles(copy["images"]))
            File.SetLastWriteTimeUtc(file, new DateTime(2020, 2, 2, 0, 0, 0, DateTimeKind.Utc));
        var images = ImageFolder.Open(copy["images"]);
        var fingerprint = ((IImageSource)images).GetFingerprint().ToString("x16");
        var old = (string)Json(copy["run/configuration.json"])["images.fingerprint"]!;

        var result = (finished.Setup with { RunFolder = copy["run"], Images = images }).Run(resume: true);

        AssertOnRecord(copy, result, $"goes on with images.fingerprint = {fingerprint} after {old}");
        AssertOnRecord(copy, result, $"goes on with images.from = {images.Description}");
        Assert.NotEqual(old, fingerprint);
        Assert.Equal(fingerprint, (string)Json(copy["run/configuration.json"])["images.fingerprint"]!);
    }

    [Fact]
    public void MoreEpochsAreAWarning()
    {
        using var copy = finished.Copy();
        var result = (finished.Setup with { RunFolder = copy["run"], Epochs = 3 }).Run(resume: true);
        Assert.Equal(6, result.Steps);
        AssertOnRecord(copy, result, "goes on for 3 epochs after it was started for 2");
        Assert.Equal(3, (int)Json(copy["run/configuration.json"])["epochs"]!);
        var longer = finished.Setup with { RunFolder = copy["run"], Epochs = 3 };
        Assert.Empty(longer.Run(resume: true).Warnings.BesideLength()); // now it is a run of three
        Assert.Single(Json(copy["run/configuration.json"])["resumes"]!.AsArray());
    }

    [Fact]
    public void AnotherNumberOfThreadsIsAWarning()
    {
        using var copy = finished.Copy();
        var threads = torch.get_num_threads();
        try
        {
            torch.set_num_threads(threads + 1);
            var result = (finished.Setup with { RunFolder = copy["run"] }).Run(resume: true);
            AssertOnRecord(copy, result, $"goes on with {threads + 1} threads after {threads}");
            Assert.Equal(threads + 1, (int)Json(copy["run/configuration.json"])["threads"]!);
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    [Fact]
    public void TheRecordIsOfOneStyle()
    {
        var configuration = Json(finished.Folder["run/configuration.json"]);
        var report = Json(finished.Folder["run/report.json"]);
        Assert.All(configuration.Concat(report).Select(pair => pair.Key), name => Assert.Matches(SnakeCase(), name));
        foreach (var (name, value) in new (string, double)[]
        {
            ("task.jigsaw.weight", 1), ("task.jigsaw.settings.channel_shift", 1), ("task.jigsaw.settings.tile_share", 0.75), ("encoder.image_size", 32),
            ("images.count", 8), ("epochs", 2), ("batch_size", 4), ("seed", 0), ("recipe.learning_rate", 0.05), ("augmentation.shift", 0.125),
            ("threads", torch.get_num_threads()),
        })
        {
            Assert.Equal(JsonValueKind.Number, configuration[name]!.GetValueKind());
            Assert.Equal(value, (double)configuration[name]!);
        }
        Assert.Equal(JsonValueKind.True, configuration["augmentation.flip"]!.GetValueKind());
        Assert.Equal([0.485f, 0.456f, 0.406f], configuration["encoder.mean"]!.AsArray().Select(value => (float)value!));
        Assert.Equal(["jigsaw"], configuration["tasks"]!.AsArray().Select(value => (string)value!));
        Assert.Equal(4, (int)report["steps"]!);
        Assert.Equal(JsonValueKind.Number, report["metrics"]!["jigsaw/loss"]!.GetValueKind());
    }

    private static JsonObject Json(string path) => JsonNode.Parse(File.ReadAllText(path))!.AsObject();

    private static void AssertRefused(string message, Setup run) =>
        Assert.Contains(message, Assert.Throws<InvalidOperationException>(() => run.Run(resume: true)).Message);

    private static void AssertOnRecord(TemporaryFolder folder, PretrainingResult result, string message)
    {
        Assert.Contains(result.Warnings, warning => warning.Message.Contains(message));
        Assert.Contains(Json(folder["run/report.json"])["warnings"]!.AsArray(), warning => ((string)warning!["message"]!).Contains(message));
        var resume = Assert.Single(Json(folder["run/configuration.json"])["resumes"]!.AsArray())!;
        Assert.Equal(4, (int)resume["step"]!);
        Assert.Contains(resume["changes"]!.AsArray(), change => ((string)change!).Contains(message));
    }

    private static string Refusal(Setup before, Setup now) => Assert.Throws<InvalidOperationException>(() => Compare(before, now)).Message;

    private static IReadOnlyList<string> Compare(Setup before, Setup now) => now.Identify().Compare("folder", before.Identify().ToText());

    [GeneratedRegex("^[a-z0-9_]+([.+-][a-z0-9_]+)*$")]
    private static partial Regex SnakeCase();

    /// <summary>What a run is started with.</summary>
    internal sealed record Setup(string RunFolder, IImageSource Images)
    {
        public IReadOnlyList<WeightedTask> Tasks { get; init; } = [new(new JigsawTask())];

        public Func<Encoder> NewEncoder { get; init; } = () => new ConvNet(32);

        public int Epochs { get; init; } = 2;

        public int BatchSize { get; init; } = 4;

        public int Seed { get; init; }

        public int? ShuffleWindow { get; init; }

        public Precision Precision { get; init; } = Precision.Float32;

        public TrainingRecipe? Recipe { get; init; }

        public Augmentation Augmentation { get; init; } = new();

        public NonFinitePolicy NonFinite { get; init; }

        public PretrainingResult Run(bool resume = false)
        {
            using var encoder = NewEncoder();
            return Pretraining.Run(encoder, Tasks, Images, Options(resume));
        }

        public RunIdentity Identify()
        {
            using var encoder = NewEncoder();
            return RunIdentity.Of(encoder, Tasks, Images, Options(resume: false).RecipeFor(Tasks), Options(resume: false), Epochs, torch.CPU);
        }

        private PretrainingOptions Options(bool resume) => new()
        {
            Epochs = Epochs,
            BatchSize = BatchSize,
            Seed = Seed,
            ShuffleWindow = ShuffleWindow,
            Precision = Precision,
            Recipe = Recipe,
            Augmentation = Augmentation,
            NonFinite = NonFinite,
            RunFolder = RunFolder,
            Resume = resume,
            Device = torch.CPU,
        };
    }

    /// <summary>A run of two epochs on eight image files. Tests that change it copy it.</summary>
    public sealed class FinishedRun : IDisposable
    {
        public FinishedRun()
        {
            var pixels = new byte[3 * 32 * 32];
            Directory.CreateDirectory(Folder["images"]);
            for (var i = 0; i < 8; i++)
            {
                new Random(i).NextBytes(pixels);
                PngFile.Write(Folder[$"images/{i}.png"], 32, 32, pixels);
            }
            Setup = new Setup(Folder["run"], ImageFolder.Open(Folder["images"]));
            Setup.Run();
        }

        internal TemporaryFolder Folder { get; } = new();

        internal Setup Setup { get; }

        internal TemporaryFolder Copy()
        {
            var copy = new TemporaryFolder();
            foreach (var path in Directory.GetFiles(Folder.Path, "*", SearchOption.AllDirectories))
            {
                var target = copy[Path.GetRelativePath(Folder.Path, path)];
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(path, target);
            }
            return copy;
        }

        public void Dispose() => Folder.Dispose();
    }

    private sealed class ViewTask(Augmentation augmentation) : ClassificationTask("views", classes: 2)
    {
        public override IReadOnlyList<View> Views => [new(augmentation)];

        protected override LabeledBatch Generate(torch.Tensor images, RandomSource random) => throw new NotSupportedException();
    }
}
