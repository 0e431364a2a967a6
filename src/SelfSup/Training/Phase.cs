using SelfSup.Distributed;
using SelfSup.Optimization;
using TorchSharp;
using static TorchSharp.torch;
using Optimizer = SelfSup.Optimization.Optimizer;

namespace SelfSup.Training;

/// <summary>The objectives of the same place in their tasks' lists: one sum of gradients, one optimizer.</summary>
internal sealed class Phase : IDisposable
{
    private readonly Dictionary<Objective, TorchSharp.Modules.Parameter[]> parameters = new(ReferenceEqualityComparer.Instance);

    /// <summary>Gathers the parameters of the objectives, each once.</summary>
    /// <param name="parts">The objectives with their learners.</param>
    /// <param name="recipe">The run's recipe.</param>
    /// <param name="nameOf">Names a parameter in checkpoints.</param>
    /// <param name="group">The ranks that train together.</param>
    public Phase(
        IReadOnlyList<(Learner Learner, Objective Objective)> parts, TrainingRecipe recipe, Func<TorchSharp.Modules.Parameter, string> nameOf,
        IProcessGroup group)
    {
        Parts = parts;
        var trained = new Dictionary<string, TrainedParameter>();
        foreach (var (_, objective) in parts)
        {
            parameters[objective] = [.. objective.Modules.SelectMany(module => module.parameters()).Where(parameter => parameter.requires_grad)];
            foreach (var parameter in parameters[objective])
            {
                var name = nameOf(parameter);
                trained.TryAdd(name, new TrainedParameter(name, parameter, objective.LearningRateFactor, recipe.Decays(name, parameter.dim())));
            }
        }
        Optimizer = recipe.Optimizer.Create([.. trained.Values]);
        Gradients = group.Size == 1 ? null : new FlatGradients(group, Optimizer.Parameters);
        ClipGradientNorm = parts.Select(part => part.Objective.ClipGradientNorm ?? recipe.ClipGradientNorm).Min();
    }

    public IReadOnlyList<(Learner Learner, Objective Objective)> Parts { get; }

    public Optimizer Optimizer { get; }

    /// <summary>What an objective trains, of its modules' parameters those that were trained at the start.</summary>
    public IReadOnlyList<TorchSharp.Modules.Parameter> ParametersOf(Objective objective) => parameters[objective];

    /// <summary>Averages the gradients over the ranks; null where there is one.</summary>
    public FlatGradients? Gradients { get; }

    /// <summary>Largest norm of the gradients; null does not clip.</summary>
    public double? ClipGradientNorm { get; }

    /// <summary>What stands before the metrics that are the phase's as a whole.</summary>
    public string Name => string.Join('+', Parts.Select(part => part.Learner.PrefixOf(part.Objective)));

    /// <summary>Groups the objectives of all learners.</summary>
    /// <param name="encoder">The encoder that they share.</param>
    /// <param name="learners">The learners, on the run's device.</param>
    /// <param name="recipe">The run's recipe.</param>
    /// <param name="group">The ranks that train together.</param>
    /// <returns>The phases in the order in which a step runs them, owned by the caller.</returns>
    public static Phase[] Group(Encoder encoder, IReadOnlyList<Learner> learners, TrainingRecipe recipe, IProcessGroup group)
    {
        var names = new Dictionary<nint, string>();
        AddNames(encoder, "encoder.");
        foreach (var learner in learners)
            AddNames(learner.Model, $"{learner.Task.Name}.");
        return
        [
            .. Enumerable.Range(0, learners.Max(learner => learner.Model.Objectives.Count)).Select(place => new Phase(
                [.. learners.Where(learner => place < learner.Model.Objectives.Count).Select(learner => (learner, learner.Model.Objectives[place]))],
                recipe, NameOf, group)),
        ];

        string NameOf(TorchSharp.Modules.Parameter parameter) => names.GetValueOrDefault(parameter.Handle) ?? throw new InvalidOperationException(
            "An objective trains a parameter that is neither the encoder's nor in a field of its model: register the module in the model.");

        void AddNames(nn.Module module, string prefix)
        {
            foreach (var (name, parameter) in module.named_parameters())
                names.TryAdd(parameter.Handle, prefix + name);
        }
    }

    public void Dispose()
    {
        Gradients?.Dispose();
        Optimizer.Dispose();
    }
}
