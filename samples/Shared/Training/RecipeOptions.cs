using System.CommandLine;
using SelfSup.Optimization;

namespace SelfSup.Samples;

/// <summary>The options that change how the encoder is trained: each that is given replaces that setting of the task's recipe.</summary>
internal sealed class RecipeOptions
{
    private readonly Option<string?> optimizer = Options.Choice(
        "--optimizer", $"One of {string.Join(", ", OptimizerCatalog.Names)} [default: the task's, else sgd].", OptimizerCatalog.Names);

    private readonly Option<double?> rate = Options.Number(
        "--lr", "Highest learning rate of the schedule [default: the task's, else 0.05 for sgd, 0.001 for adamw, 0.3 for lars].",
        "above 0", rate => rate > 0);

    private readonly Option<double?> momentum = Options.Number(
        "--momentum", "Momentum, for adamw its first beta [default: the task's, else 0.9].", "from 0 to below 1", share => share is >= 0 and < 1);

    private readonly Option<double?> weightDecay = Options.Number(
        "--weight-decay", "Weight decay [default: the task's, else 0.0005].", "of at least 0", decay => decay >= 0);

    private readonly Option<double?> warmup = Options.Number(
        "--warmup", "Share of the run in which the rate rises [default: the task's, else 0.05].", "from 0 to 0.5", share => share is >= 0 and <= 0.5);

    private readonly Option<double?> clip = Options.Number("--clip", "Largest norm of the gradient.", "above 0", norm => norm > 0);

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
