using System.Text.Json;
using SelfSup.Optimization;
using SelfSup.Previews;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Optimization;

public class TrainingRecipeTests
{
    private static readonly TrainingRecipe Stated = new()
    {
        Optimizer = new AdamW { Beta1 = 0.4 },
        LearningRate = 3e-4,
        Schedule = LearningRateSchedule.Constant,
        Warmup = 0,
        WeightDecay = 0.01,
    };

    [Fact]
    public void Without_a_recipe_in_the_options_the_tasks_holds()
    {
        Assert.Equal(Stated, Resolve(new(), new StatingTask(Stated)));
        Assert.Equal(TrainingRecipe.Default, Resolve(new(), new RotationTask()));
        Assert.Equal(new AdamW { Beta1 = 0.5 }, Resolve(new(), new DcganTask()).Optimizer);
        Assert.Equal(TrainingRecipe.For(new AdamW()), Resolve(new(), new CountingTask()));
    }

    [Fact]
    public void A_recipe_in_the_options_comes_before_the_tasks()
    {
        var recipe = Stated with { LearningRate = 1e-3 };
        Assert.Equal(recipe, Resolve(new() { Recipe = recipe }, new StatingTask(Stated)));
    }

    [Fact]
    public void Of_several_tasks_the_first_that_states_a_recipe_decides() => Assert.Equal(
        Stated, Resolve(new(), new RotationTask(), new StatingTask(Stated), new DcganTask()));

    [Theory]
    [InlineData("sgd", 0.05)]
    [InlineData("adamw", 0.001)]
    [InlineData("lars", 0.3)]
    public void Every_optimizer_has_a_rate_of_its_own(string name, double rate)
    {
        var optimizer = OptimizerCatalog.Create(name);
        Assert.Equal(name, OptimizerCatalog.NameOf(optimizer));
        Assert.Equal(optimizer, OptimizerCatalog.Create(name.ToUpperInvariant()));
        Assert.Equal(TrainingRecipe.Default with { Optimizer = optimizer, LearningRate = rate }, TrainingRecipe.For(optimizer));
        Assert.Contains(name, Assert.Throws<ArgumentException>(() => OptimizerCatalog.Create("adam")).Message);
        TrainingRecipe.For(optimizer).Validate();
    }

    [Fact]
    public void Wrong_settings_are_named()
    {
        Refused("TrainingRecipe.LearningRate is 0;", new() { LearningRate = 0 });
        Refused("TrainingRecipe.LearningRate is Infinity;", new() { LearningRate = double.PositiveInfinity });
        Refused("TrainingRecipe.WeightDecay is Infinity;", new() { WeightDecay = double.PositiveInfinity });
        Refused("AdamW.Epsilon is Infinity;", new() { Optimizer = new AdamW { Epsilon = double.PositiveInfinity } });
        Refused("Lars.Trust is Infinity;", new() { Optimizer = new Lars { Trust = double.PositiveInfinity } });
        Refused("TrainingRecipe.Warmup is 0.6;", new() { Warmup = 0.6 });
        Refused("TrainingRecipe.WeightDecay is -1;", new() { WeightDecay = -1 });
        Refused("TrainingRecipe.FinalWeightDecay is -1;", new() { FinalWeightDecay = -1 });
        Refused("TrainingRecipe.ClipGradientNorm is 0;", new() { ClipGradientNorm = 0 });
        Refused("TrainingRecipe.ClipEachParameter is True;", new() { ClipEachParameter = true });
        Refused("Sgd.Momentum is 1;", new() { Optimizer = new Sgd { Momentum = 1 } });
        Refused("AdamW.Beta1 is 1;", new() { Optimizer = new AdamW { Beta1 = 1 } });
        Refused("AdamW.Beta2 is -1;", new() { Optimizer = new AdamW { Beta2 = -1 } });
        Refused("AdamW.Epsilon is 0;", new() { Optimizer = new AdamW { Epsilon = 0 } });
        Refused("Lars.Momentum is 1;", new() { Optimizer = new Lars { Momentum = 1 } });
        Refused("Lars.Trust is 0;", new() { Optimizer = new Lars { Trust = 0 } });
        Refused("Lars.Form is 7;", new() { Optimizer = new Lars { Form = (LarsForm)7 } });
        Refused("CosineSchedule.Final is 2;", new() { Schedule = new CosineSchedule { Final = 2 } });
        Refused("StepSchedule.Milestones is [0.5, 0.25];", new() { Schedule = new StepSchedule { Milestones = [0.5, 0.25] } });
        Refused("StepSchedule.Factor is 1;", new() { Schedule = new StepSchedule { Factor = 1 } });

        static void Refused(string message, TrainingRecipe recipe) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(recipe.Validate).Message);
    }

    [Theory]
    [InlineData("model.layer.weight", 2, true)]
    [InlineData("model.layer.bias", 1, false)]
    [InlineData("model.norm.weight", 1, false)]
    [InlineData("model.middle.bias", 3, false)] // of Inpainting's layer between encoder and decoder, one a place
    public void Weight_decay_spares_norms_and_biases(string name, long dimensions, bool decays)
    {
        Assert.Equal(decays, TrainingRecipe.Default.Decays(name, dimensions));
        Assert.True(new TrainingRecipe { DecayNormsAndBiases = true }.Decays(name, dimensions));
    }

    [Fact]
    public void Weight_decay_is_constant_or_follows_a_cosine()
    {
        Assert.Equal(0.04, new TrainingRecipe { WeightDecay = 0.04 }.WeightDecayAt(70, 100));
        var recipe = new TrainingRecipe { WeightDecay = 0.04, FinalWeightDecay = 0.4 };
        Assert.Equal(0.04, recipe.WeightDecayAt(0, 100));
        Assert.Equal(0.22, recipe.WeightDecayAt(50, 100), 1e-15);
        Assert.Equal(0.4, recipe.WeightDecayAt(100, 100));
    }

    [Fact]
    public void The_rate_rises_for_the_warmups_share_of_the_run()
    {
        var recipe = new TrainingRecipe { LearningRate = 0.3, Warmup = 0.1, Schedule = LearningRateSchedule.Constant };
        Assert.Equal(0.03, recipe.LearningRateAt(0, 100), 1e-15);
        Assert.Equal(0.3, recipe.LearningRateAt(9, 100));
        Assert.Equal(0.3, recipe.LearningRateAt(99, 100));
    }

    [Fact]
    public void A_description_is_flat_and_complete()
    {
        var described = JsonSerializer.Serialize(new TrainingRecipe
        {
            Optimizer = new Lars { Trust = 0.001, Form = LarsForm.NormOfSum },
            Schedule = new StepSchedule { Milestones = [0.5, 0.75] },
            ClipGradientNorm = 3,
        }.Describe());
        Assert.Equal(
            """{"optimizer":"lars","momentum":0.9,"trust":0.001,"form":"norm_of_sum","clip":false,"learning_rate":0.05"""
            + ""","schedule":"step","schedule_milestones":[0.5,0.75],"schedule_factor":0.2,"warmup":0.05,"weight_decay":0.0005"""
            + ""","final_weight_decay":null,"decay_norms_and_biases":false,"clip_gradient_norm":3,"clip_each_parameter":false}""",
            described);
    }

    [Fact]
    public void A_tasks_rate_grows_with_the_batch_where_it_states_one_and_a_given_rate_does_not()
    {
        var stated = TrainingRecipe.Default with { LearningRate = 0.03, ReferenceBatchSize = 64 };
        Assert.Equal(0.12, Resolve(new() { BatchSize = 256 }, new StatingTask(stated)).LearningRate, 1e-12);
        Assert.Equal(0.0075, Resolve(new() { BatchSize = 16 }, new StatingTask(stated)).LearningRate, 1e-12);
        Assert.Equal(0.03, Resolve(new() { BatchSize = 256 }, new StatingTask(stated with { ReferenceBatchSize = null })).LearningRate);
        Assert.Equal(0.03, Resolve(new() { BatchSize = 256, Recipe = stated }, new StatingTask(stated)).LearningRate);
        Assert.Equal(0.12, stated.ForBatch(256).ForBatch(512).LearningRate, 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => stated.ForBatch(0));
    }

    private static TrainingRecipe Resolve(PretrainingOptions options, params IPretextTask[] tasks) =>
        options.RecipeFor(tasks.Select(task => new WeightedTask(task)));

    private sealed class StatingTask(TrainingRecipe recipe) : PretextTask("stating")
    {
        private readonly RotationTask rotation = new();

        public override TrainingRecipe? Recipe => recipe;

        public override PretextBatch Generate(PretextInput input, RandomSource random) => rotation.Generate(input, random);

        public override PretextModel CreateModel(PretextSetup setup) => rotation.CreateModel(setup);
    }
}
