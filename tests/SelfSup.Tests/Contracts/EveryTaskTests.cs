using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Contracts;

/// <summary>What every task of the catalogue must do, whatever it is.</summary>
public class EveryTaskTests
{
    private const int Side = 32;

    public static TheoryData<string> Names => [.. TaskCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void PassesTheConformanceCheck(string name) => PretextTaskCheck.Verify(TaskCatalog.Create(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void LossFallsOnATinySet(string name)
    {
        using var run = new Run(name);
        var first = run.Steps(3).Average();
        run.Steps(40);
        var last = run.Steps(3).Average();
        Assert.True(last < 0.9 * first, $"{name}: {first} -> {last}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheSameSeedGivesTheSameLossesBitForBit(string name)
    {
        using Run first = new(name), second = new(name), other = new(name, seed: 5);
        var losses = first.Steps(4);
        Assert.Equal(losses, second.Steps(4));
        Assert.NotEqual(losses, other.Steps(4));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LiveTensorsStayConstantOver200Steps(string name)
    {
        using var run = new Run(name);
        run.Steps(3);
        Assert.Equal(LiveTensors.Count(), LiveTensors.CountAfter(() => run.Steps(200)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SavedAndLoadedItGoesOnWithTheSameLosses(string name)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "state.safetensors");
        using Run run = new(name), restored = new(name, seed: 9);
        run.Steps(3);
        SafetensorsFile.Write(path, run.Step.State(), new Dictionary<string, string>());
        using (var file = SafetensorsFile.Read(path))
            ModuleState.Copy(file.Tensors, restored.Step.State());
        restored.Continue(run);
        Assert.Equal(run.Steps(3), restored.Steps(3));
    }

    /// <summary>A task on a small encoder with one fixed batch of images.</summary>
    private sealed class Run : IDisposable
    {
        private readonly ConvNet encoder;
        private readonly Tensor images;
        private readonly int seed;
        private long done;
        private long drawSeed;

        public Run(string name, int seed = 0)
        {
            this.seed = seed;
            drawSeed = seed;
            encoder = new ConvNet(Side, seed);
            Step = new TrainingStep(encoder, [new WeightedTask(TaskCatalog.Create(name))], new PretrainingOptions { Seed = 0, LearningRate = 0.02 }, CPU);
            images = TestImages.Colorful(8, Side);
            foreach (var model in Step.Models)
                model.Prepare([images]);
        }

        public TrainingStep Step { get; }

        public double[] Steps(int count) => [.. Enumerable.Range(0, count).Select(_ =>
        {
            // Draws repeat every eight steps, so that there is little to learn and a loss must fall.
            using var metrics = Step.Run(images, done++ % 8 + 1000 * drawSeed, 1000, 0.02);
            return (double)metrics.Values.data<float>()[0];
        })];

        public void Continue(Run other) => (done, drawSeed) = (other.done, other.seed);

        public void Dispose()
        {
            Step.Dispose();
            encoder.Dispose();
            images.Dispose();
        }
    }
}
