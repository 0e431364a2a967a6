using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Optimization;

/// <summary>What a run does with its recipe, seen by its files and weights alone.</summary>
public class RecipeInARunTests
{
    // At this rate gradients move nothing that a float32 of size 1 shows: what is seen is weight decay, one part in a hundred.
    private static readonly TrainingRecipe DecayAlone = new()
    {
        Optimizer = new AdamW(),
        LearningRate = 1e-9,
        WeightDecay = 1e7,
        Warmup = 0,
        Schedule = LearningRateSchedule.Constant,
    };

    [Fact]
    public void It_is_followed_and_recorded()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(16);
        var recipe = new TrainingRecipe
        {
            Optimizer = new AdamW { Beta1 = 0.4 },
            LearningRate = 3e-4,
            Schedule = LearningRateSchedule.Constant,
            Warmup = 0,
        };
        Train(encoder, recipe, steps: 2, folder.Path);
        Assert.All(File.ReadLines(folder["metrics.jsonl"]), line => Assert.Contains("\"learning_rate\":0.0003,", line));
        Assert.Contains("\"recipe.beta1\": 0.4", File.ReadAllText(folder["configuration.json"]));
    }

    [Fact]
    public void Norms_and_biases_do_not_decay_unless_asked_for()
    {
        AssertFactors(DecayAlone, weights: 0.99 * 0.99, normsAndBiases: 1);
        AssertFactors(DecayAlone with { DecayNormsAndBiases = true }, weights: 0.99 * 0.99, normsAndBiases: 0.99 * 0.99);
    }

    [Fact]
    public void Weight_decay_is_each_steps_own() =>
        // Of two steps the first is at the start of the cosine, the second in its middle.
        AssertFactors(DecayAlone with { FinalWeightDecay = 3e7 }, weights: 0.99 * 0.98, normsAndBiases: 1);

    [Fact]
    public void Clipping_bounds_the_step_of_all_parameters_together_or_of_each()
    {
        const double Bound = 1e-3;
        var recipe = new TrainingRecipe
        {
            Optimizer = new Sgd { Momentum = 0, Nesterov = false },
            LearningRate = 1,
            Warmup = 0,
            WeightDecay = 0,
            ClipGradientNorm = Bound,
        };
        var together = Moves(recipe);
        Assert.InRange(Math.Sqrt(together.Sum(move => move * move)), 1e-5, Bound * 1.001);
        var each = Moves(recipe with { ClipEachParameter = true });
        Assert.All(each, move => Assert.InRange(move, 0, Bound * 1.001));
        Assert.True(each.Count(move => move > Bound * 0.99) > 2);

        static double[] Moves(TrainingRecipe recipe)
        {
            using var scope = NewDisposeScope();
            using ConvNet before = new(32), after = new(32);
            Train(after, recipe, steps: 1);
            return [.. before.parameters().Zip(after.parameters(), (x, y) => (double)x.sub(y).norm().item<float>())];
        }
    }

    private static void AssertFactors(TrainingRecipe recipe, double weights, double normsAndBiases)
    {
        using var scope = NewDisposeScope();
        using ConvNet before = new(32), after = new(32);
        Train(after, recipe, steps: 2);
        var pairs = before.parameters().Zip(after.parameters()).ToArray();
        Assert.Contains(pairs, pair => pair.First.dim() == 1 && pair.First.eq(1).all().item<bool>());
        Assert.All(pairs, pair =>
        {
            var expected = pair.First.mul(pair.First.dim() > 1 ? weights : normsAndBiases);
            Assert.Equal(0, expected.sub(pair.Second).abs().max().item<float>(), 1e-6);
        });
    }

    private static void Train(Encoder encoder, TrainingRecipe recipe, int steps, string? folder = null) => Pretraining.Run(
        encoder, [new WeightedTask(new RotationTask())], new ProceduralImages(8 * steps),
        new() { Epochs = 1, BatchSize = 8, Recipe = recipe, RunFolder = folder });
}
