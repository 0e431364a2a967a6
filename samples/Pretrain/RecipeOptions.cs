using System.CommandLine;
using SelfSup.Optimization;

namespace SelfSup.Samples;

/// <summary>The options that change how the encoder is trained: each that is given replaces that setting of the task's recipe.</summary>
internal sealed class RecipeOptions
{
    private readonly Option<string?> optimizer = new("--optimizer")
    {
        Description = $"One of {string.Join(", ", OptimizerCatalog.Names)} [default: the task's, else sgd].",
    };

    private readonly Option<double?> rate = new("--lr")
    {
        Description = "Highest learning rate of the schedule [default: the task's, else 0.05 for sgd, 0.001 for adamw, 0.3 for lars].",
    };

    private readonly Option<double?> momentum = new("--momentum")
    {
        Description = "Momentum, for adamw its first beta [default: the task's, else 0.9].",
    };

    private readonly Option<double?> weightDecay = new("--weight-decay") { Description = "Weight decay [default: the task's, else 0.0005]." };
    private readonly Option<double?> warmup = new("--warmup") { Description = "Share of the run in which the rate rises [default: the task's, else 0.05]." };
    private readonly Option<double?> clip = new("--clip") { Description = "Largest norm of the gradient." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { optimizer, rate, momentum, weightDecay, warmup, clip })
            command.Add(option);
    }

    /// <summary>Applies what was given.</summary>
    /// <param name="stated">The task's recipe, or the default.</param>
    /// <param name="given">The command line.</param>
    public TrainingRecipe Apply(TrainingRecipe stated, ParseResult given)
    {
        var recipe = stated;
        if (given.GetValue(optimizer) is { } name)
        {
            var named = OptimizerCatalog.Create(name);
            // A rate for one optimizer says nothing of another's.
            if (OptimizerCatalog.NameOf(named) != OptimizerCatalog.NameOf(stated.Optimizer))
                recipe = recipe with { Optimizer = named, LearningRate = TrainingRecipe.For(named).LearningRate };
        }
        if (given.GetValue(momentum) is { } share)
            recipe = recipe with { Optimizer = recipe.Optimizer.WithMomentum(share) };
        return recipe with
        {
            LearningRate = given.GetValue(rate) ?? recipe.LearningRate,
            WeightDecay = given.GetValue(weightDecay) ?? recipe.WeightDecay,
            Warmup = given.GetValue(warmup) ?? recipe.Warmup,
            ClipGradientNorm = given.GetValue(clip) ?? recipe.ClipGradientNorm,
        };
    }
}
