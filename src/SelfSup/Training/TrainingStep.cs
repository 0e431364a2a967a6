using SelfSup.Files;
using SelfSup.Optimization;
using SelfSup.Runtime;
using TorchSharp;

using static TorchSharp.torch;
using Optimizer = SelfSup.Optimization.Optimizer;

namespace SelfSup.Training;

/// <summary>The networks, optimisers and losses of a run, and the one step that trains them.</summary>
internal sealed class TrainingStep : IDisposable
{
    private readonly Encoder encoder;
    private readonly IReadOnlyList<WeightedTask> tasks;
    private readonly PretrainingOptions options;
    private readonly Device device;
    private readonly Precision precision;
    private readonly PretextModel[] models;
    private readonly TrainingRecipe recipe;
    private readonly Optimizer[] phases;

    public TrainingStep(Encoder encoder, IReadOnlyList<WeightedTask> tasks, PretrainingOptions options, Device device)
    {
        (this.encoder, this.tasks, this.options, this.device) = (encoder, tasks, options, device);
        precision = options.PrecisionOn(device);
        recipe = options.RecipeFor(tasks);
        // Heads are built with TorchSharp's own initialisation, which draws from the process-wide generator.
        manual_seed(options.Seed);
        models = [.. tasks.Select(task => task.Task.CreateModel(encoder))];
        foreach (var network in models.Prepend<nn.Module>(encoder))
        {
            network.to(device);
            ChannelsLast.LayOutWeightsOf(network);
        }
        phases = BuildPhases();
    }

    /// <summary>The models, in the order of the tasks; owned by the step.</summary>
    public IReadOnlyList<PretextModel> Models => models;

    /// <summary>The alarms of all objectives, their metrics under the names that the steps give them.</summary>
    public IReadOnlyList<MetricAlarm> Alarms =>
    [
        .. from t in Enumerable.Range(0, models.Length)
           from objective in models[t].Objectives
           from alarm in objective.Alarms
           select alarm with { Metric = $"{PrefixOf(t, objective)}/{alarm.Metric}" },
    ];

    /// <summary>Trains on one batch.</summary>
    /// <param name="images">Augmented images, uint8 (N, 3, S, S), on the device.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="steps">Steps of the whole run.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <returns>Named metrics as one float tensor on the device, owned by the caller.</returns>
    public StepMetrics Run(Tensor images, long step, long steps, double learningRate)
    {
        using var scope = NewDisposeScope();
        using var random = Seeds.NewRandom(device, options.Seed, step, Seeds.Task);
        manual_seed(Seeds.Mix(options.Seed, step, Seeds.Dropout));
        var batches = tasks.Select(task => task.Task.Generate(images, random)).ToArray();
        var metrics = new List<Tensor>();
        var names = new List<string>();
        var before = options.NonFinite == NonFinitePolicy.SkipStep ? new BufferCopies(models.Prepend<nn.Module>(encoder)) : null;
        string? skippedFor = null;
        for (var p = 0; p < phases.Length && skippedFor is null; p++)
        {
            var phase = phases[p];
            if (phases.Length > 1)
                RequireGradientsOf(phase);
            phase.DropGradients();
            var trained = Enumerable.Range(0, models.Length).Where(t => p < models[t].Objectives.Count).ToArray();
            foreach (var t in trained)
                RunObjective(t, models[t].Objectives[p], batches[t], names, metrics);
            var norm = phase.MeasureGradients();
            names.Add($"{string.Join('+', trained.Select(t => PrefixOf(t, models[t].Objectives[p])))}/gradient_norm");
            metrics.Add(norm);
            if (before is not null && (skippedFor = FindNonFinite(names, metrics)) is not null)
            {
                phase.DropGradients();
                before.Restore();
                break;
            }
            if (recipe.ClipGradientNorm is { } limit)
            {
                if (recipe.ClipEachParameter)
                    phase.ClipEach(limit);
                else
                    phase.ClipGradients(norm, limit);
            }
            phase.Step(learningRate, recipe.WeightDecayAt(step, steps));
        }
        foreach (var model in models.Where(_ => skippedFor is null))
            model.OnStepCompleted((step + 1.0) / steps);
        foreach (var batch in batches)
            batch.Dispose();
        return new StepMetrics(step + 1, learningRate, names, stack(metrics).DetachFromDisposeScope(), skippedFor);
    }

    /// <summary>Everything that a checkpoint must hold, by name; the tensors are borrowed.</summary>
    public Dictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor>(ModuleState.Collect(encoder, "encoder."));
        for (var t = 0; t < models.Length; t++)
        {
            foreach (var (name, tensor) in ModuleState.Collect(models[t], $"{tasks[t].Task.Name}."))
                state.Add(name, tensor);
        }
        for (var p = 0; p < phases.Length; p++)
        {
            foreach (var (name, tensor) in phases[p].State)
                state.Add($"optimizer{p}.{name}", tensor);
        }
        return state;
    }

    public void Dispose()
    {
        foreach (var phase in phases)
            phase.Dispose();
        foreach (var model in models)
            model.Dispose();
    }

    /// <summary>Measures the losses of images without learning from them, all networks in evaluation mode.</summary>
    /// <param name="images">Images, uint8 (N, 3, S, S), or clips (N, T, 3, S, S), on the device.</param>
    /// <param name="random">What the tasks draw from.</param>
    /// <returns>Metrics by name, as <see cref="Run"/> names them.</returns>
    public Dictionary<string, double> Measure(Tensor images, RandomSource random)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var metrics = new List<Tensor>();
        var names = new List<string>();
        for (var t = 0; t < models.Length; t++)
        {
            using var batch = tasks[t].Task.Generate(images, random);
            foreach (var objective in models[t].Objectives)
                ComputeLoss(t, objective, batch, names, metrics).Dispose();
        }
        return names.Zip(metrics, (name, value) => (name, (double)value.item<float>())).ToDictionary();
    }

    private static string? FindNonFinite(List<string> names, List<Tensor> metrics)
    {
        using var scope = NewDisposeScope();
        var values = stack(metrics).cpu().data<float>().ToArray();
        var place = Array.FindIndex(values, value => !float.IsFinite(value));
        return place < 0 ? null : names[place];
    }

    private string PrefixOf(int t, Objective objective) =>
        models[t].Objectives.Count == 1 ? tasks[t].Task.Name : $"{tasks[t].Task.Name}/{objective.Name}";

    private void RunObjective(int t, Objective objective, PretextBatch batch, List<string> names, List<Tensor> metrics)
    {
        using var loss = ComputeLoss(t, objective, batch, names, metrics);
        (tasks[t].Weight == 1 ? loss.Value : loss.Value.mul(tasks[t].Weight)).backward();
    }

    private PretextLoss ComputeLoss(int t, Objective objective, PretextBatch batch, List<string> names, List<Tensor> metrics)
    {
        PretextLoss loss;
        using (precision == Precision.BFloat16 ? Autocast.ToBFloat16(device) : null)
            loss = objective.Loss(batch);
        var prefix = PrefixOf(t, objective);
        names.Add($"{prefix}/loss");
        metrics.Add(loss.Value.detach().to(ScalarType.Float32));
        foreach (var (name, value) in loss.Metrics)
        {
            names.Add($"{prefix}/{name}");
            metrics.Add(value.detach().to(ScalarType.Float32).clone());
        }
        return loss;
    }

    private void RequireGradientsOf(Optimizer phase)
    {
        foreach (var parameter in phases.SelectMany(other => other.Parameters))
            parameter.Value.requires_grad = false;
        foreach (var parameter in phase.Parameters)
            parameter.Value.requires_grad = true;
    }

    /// <summary>Objectives of the same place in their tasks' lists share a phase: one backward sum, one optimiser.</summary>
    private Optimizer[] BuildPhases()
    {
        var names = new Dictionary<nint, string>();
        AddNames(encoder, "encoder.");
        for (var t = 0; t < models.Length; t++)
            AddNames(models[t], $"{tasks[t].Task.Name}.");

        return [.. Enumerable.Range(0, models.Max(model => model.Objectives.Count)).Select(p =>
        {
            var trained = new Dictionary<string, TrainedParameter>();
            foreach (var objective in models.Where(model => p < model.Objectives.Count).Select(model => model.Objectives[p]))
            {
                foreach (var parameter in objective.Modules.SelectMany(module => module.parameters()).Where(p => p.requires_grad))
                {
                    var name = names[parameter.Handle];
                    var decays = recipe.Decays(parameter.dim());
                    trained.TryAdd(name, new TrainedParameter(name, parameter, objective.LearningRateFactor, decays));
                }
            }
            return recipe.Optimizer.Create([.. trained.Values]);
        })];

        void AddNames(nn.Module module, string prefix)
        {
            foreach (var (name, parameter) in module.named_parameters())
                names.TryAdd(parameter.Handle, prefix + name);
        }
    }
}
