using SelfSup.Encoders;
using SelfSup.Previews;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Training;

public class TrainingRecipeTests
{
    private static readonly TrainingRecipe Stated = new()
    {
        Optimizer = OptimizerKind.AdamW,
        LearningRate = 3e-4,
        Momentum = 0.4,
        Schedule = ScheduleKind.Constant,
        Warmup = 0,
        WeightDecay = 0.01,
    };

    [Fact]
    public void WithoutOptionsTheTasksRecipeHolds()
    {
        Assert.Equal(Stated, Resolve(new(), new StatingTask(Stated)));
        Assert.Equal(new TrainingRecipe(), Resolve(new(), new RotationTask()));
        Assert.Equal((OptimizerKind.AdamW, 0.5), (Resolve(new(), new DcganTask()).Optimizer, Resolve(new(), new BiganTask()).Momentum));
    }

    [Fact]
    public void OptionsComeBeforeTheTasksRecipe()
    {
        var resolved = Resolve(new() { LearningRate = 1e-3, Warmup = 0.2 }, new StatingTask(Stated));
        Assert.Equal(Stated with { LearningRate = 1e-3, Warmup = 0.2 }, resolved);
        resolved = Resolve(new() { Momentum = 0.8, Schedule = ScheduleKind.Step, WeightDecay = 0 }, new StatingTask(Stated));
        Assert.Equal(Stated with { Momentum = 0.8, Schedule = ScheduleKind.Step, WeightDecay = 0 }, resolved);
    }

    [Fact]
    public void WithAnotherOptimiserTheTasksSettingsDoNotHold() => Assert.Equal(
        TrainingRecipe.For(OptimizerKind.Lars) with { Momentum = 0.7 },
        Resolve(new() { Optimizer = OptimizerKind.Lars, Momentum = 0.7 }, new StatingTask(Stated)));

    [Fact]
    public void OfSeveralTasksTheFirstThatStatesARecipeDecides() => Assert.Equal(
        Stated, Resolve(new(), new RotationTask(), new StatingTask(Stated), new DcganTask()));

    [Fact]
    public void AWrongRecipeIsNamed() => Assert.Contains(
        "Momentum is 1", Assert.Throws<ArgumentException>(() => Resolve(new(), new StatingTask(Stated with { Momentum = 1 }))).Message);

    [Fact]
    public void ARunFollowsTheRecipe()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(16);
        Pretraining.Run(
            encoder, [new WeightedTask(new StatingTask(Stated))], new SelfSup.Data.ProceduralImages(16),
            new() { Epochs = 1, BatchSize = 8, RunFolder = folder.Path });
        Assert.All(File.ReadLines(folder["metrics.jsonl"]), line => Assert.Contains("\"learning_rate\":0.0003,", line));
        Assert.Contains("\"momentum\": \"0.4\"", File.ReadAllText(folder["configuration.json"]));
    }

    private static TrainingRecipe Resolve(PretrainingOptions options, params IPretextTask[] tasks) =>
        options.RecipeFor(tasks.Select(task => new WeightedTask(task)));

    private sealed class StatingTask(TrainingRecipe recipe) : IPretextTask
    {
        private readonly RotationTask rotation = new();

        public string Name => "stating";

        public TrainingRecipe? Recipe => recipe;

        public PretextBatch Generate(Tensor images, RandomSource random) => rotation.Generate(images, random);

        public PretextModel CreateModel(Encoder encoder) => rotation.CreateModel(encoder);

        public PreviewGrid Preview(PretextBatch batch, PretextModel? model = null) => rotation.Preview(batch, model);
    }
}
