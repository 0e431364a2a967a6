using SelfSup.Distributed;
using SelfSup.Files;
using SelfSup.Optimization;
using SelfSup.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>The networks, optimizers and losses of a run, and the one step that trains them.</summary>
internal sealed class TrainingStep : IDisposable
{
    private readonly Encoder encoder;
    private readonly PretrainingOptions options;
    private readonly Precision precision;
    private readonly TrainingRecipe recipe;
    private readonly Phase[] phases;

    /// <summary>Brings the encoder to the device and builds the tasks' heads on it.</summary>
    public TrainingStep(Encoder encoder, IReadOnlyList<WeightedTask> tasks, int imageCount, PretrainingOptions options, Device device)
    {
        (this.encoder, this.options, Device) = (encoder, options, device);
        precision = options.PrecisionOn(device);
        recipe = options.RecipeFor(tasks);
        encoder.to(device);
        ChannelsLast.LayOutWeightsOf(encoder);
        // Heads are built with TorchSharp's own initialization, which draws from the process-wide generator.
        Seeds.SeedProcess(device, options.Seed);
        Learners = [.. tasks.Select(task => new Learner(task, new PretextSetup(encoder, imageCount)))];
        foreach (var learner in Learners)
        {
            learner.Model.to(device);
            ChannelsLast.LayOutWeightsOf(learner.Model);
        }
        phases = Phase.Group(encoder, Learners, recipe, options.Group);
        foreach (var learner in Learners)
            learner.RequireResultLike(encoder);
    }

    /// <summary>Where the step runs.</summary>
    public Device Device { get; }

    /// <summary>The tasks with their heads, in the order of the tasks; owned by the step.</summary>
    public IReadOnlyList<Learner> Learners { get; }

    /// <summary>All that is trained: the encoder, then the heads.</summary>
    public IEnumerable<nn.Module> Networks => Learners.Select(learner => learner.Model).Prepend<nn.Module>(encoder);

    /// <summary>The encoder that the run is for: the first that a task keeps in place of the trained one, else that.</summary>
    public Encoder Result => Learners.Select(learner => learner.Model.Result).FirstOrDefault(result => !ReferenceEquals(result, encoder)) ?? encoder;

    /// <summary>Trains on one batch.</summary>
    /// <param name="inputs">Every task's views, on the device. Borrowed.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="steps">Steps of the whole run.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="share">Which images of the step's batch the views are of; by default all.</param>
    /// <returns>Named metrics of the whole batch as one float tensor on the device, owned by the caller.</returns>
    public StepMetrics Run(IReadOnlyList<PretextInput> inputs, long step, long steps, int epoch, BatchShare share = default)
    {
        using var scope = NewDisposeScope();
        using var together = StepGroup.Begin(options.Group);
        using var random = Seeds.NewRandom(Device, options.Seed, step, Seeds.Task, share);
        Seeds.SeedProcess(Device, Seeds.Mix(options.Seed, step, Seeds.Dropout + options.Group.Rank * Seeds.Purposes));
        foreach (var (learner, input) in Learners.Zip(inputs))
            learner.Begin(input, random, new StepContext(step, steps, epoch, options.Group, share));
        var metrics = new MetricList();
        var rate = recipe.LearningRateAt(step, steps);
        var before = options.NonFinite == NonFinitePolicy.SkipStep ? new BufferCopies(Networks) : null;
        string? skippedFor = null;
        foreach (var phase in phases)
        {
            ComputeGradients(phase, share.WeightAmong(options.Group.Size), metrics);
            if (before is not null && (skippedFor = metrics.FindNonFinite()) is not null)
            {
                phase.Optimizer.DropGradients();
                before.Restore();
                break;
            }
            Clip(phase, metrics.Last);
            phase.Optimizer.Step(rate, recipe.WeightDecayAt(step, steps));
        }
        foreach (var learner in Learners)
            learner.End(isCompleted: skippedFor is null);
        return new StepMetrics(step + 1, rate, metrics.Names, metrics.Stack().DetachFromDisposeScope(), skippedFor);
    }

    /// <summary>Measures the losses of images without learning from them; the caller puts the networks into evaluation mode.</summary>
    /// <param name="inputs">Every task's views, on the device. Borrowed.</param>
    /// <param name="random">What the tasks draw from.</param>
    /// <param name="newContext">Makes a context that does not train.</param>
    /// <returns>Metrics by name, as <see cref="Run"/> names them.</returns>
    public Dictionary<string, double> Measure(IReadOnlyList<PretextInput> inputs, RandomSource random, Func<StepContext> newContext)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var metrics = new MetricList();
        foreach (var (learner, input) in Learners.Zip(inputs))
        {
            learner.Begin(input, random, newContext());
            foreach (var objective in learner.Model.Objectives)
                ComputeLoss(learner, objective, metrics).Dispose();
            learner.End(isCompleted: false);
        }
        return metrics.Read();
    }

    /// <summary>Forgets what the optimizers have gathered about a module's parameters.</summary>
    public void ResetOptimizers(nn.Module module)
    {
        foreach (var phase in phases)
            phase.Optimizer.Reset(module.parameters());
    }

    /// <summary>Everything that a checkpoint must hold, by name; the tensors are borrowed.</summary>
    public Dictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor>(ModuleState.Collect(encoder, "encoder."));
        foreach (var (name, tensor) in Learners.SelectMany(learner => ModuleState.Collect(learner.Model, $"{learner.Task.Name}.")))
            state.Add(name, tensor);
        for (var p = 0; p < phases.Length; p++)
        {
            foreach (var (name, tensor) in phases[p].Optimizer.State)
                state.Add($"optimizer{p}.{name}", tensor);
        }
        return state;
    }

    public void Dispose()
    {
        // Of several objectives the last one leaves the others' parameters frozen, those of the caller's encoder among them.
        foreach (var parameter in phases.SelectMany(phase => phase.Optimizer.Parameters))
            parameter.Value.requires_grad = true;
        foreach (var phase in phases)
            phase.Dispose();
        foreach (var learner in Learners)
            learner.Dispose();
    }

    private void ComputeGradients(Phase phase, double shareWeight, MetricList metrics)
    {
        var first = metrics.Count;
        phase.Optimizer.DropGradients();
        foreach (var (learner, objective) in phase.Parts)
        {
            if (phases.Length > 1 || phase.Parts.Count > 1)
                RequireGradientsOf(phase, objective);
            using var loss = ComputeLoss(learner, objective, metrics);
            // Before the backward pass: what ranks hand to one another in it is weighted alike.
            var weight = learner.Weight * shareWeight;
            (weight == 1 ? loss.Value : loss.Value.mul(weight)).backward();
        }
        if (phase.Gradients is { } gradients)
            metrics.Replace(first, own => gradients.Average(own, shareWeight));
        metrics.Add($"{phase.Name}/gradient_norm", phase.Optimizer.MeasureGradients());
    }

    private PretextLoss ComputeLoss(Learner learner, Objective objective, MetricList metrics)
    {
        PretextLoss loss;
        using (precision == Precision.BFloat16 ? Autocast.ToBFloat16(Device) : null)
            loss = learner.ComputeLoss(objective);
        var prefix = learner.PrefixOf(objective);
        metrics.Add($"{prefix}/loss", loss.Value.detach().to(ScalarType.Float32));
        foreach (var (name, value) in loss.Metrics)
            metrics.Add($"{prefix}/{name}", value.detach().to(ScalarType.Float32).clone());
        return loss;
    }

    private void Clip(Phase phase, Tensor norm)
    {
        if (phase.ClipGradientNorm is not { } limit)
            return;
        if (recipe.ClipEachParameter)
            phase.Optimizer.ClipEach(limit);
        else
            phase.Optimizer.ClipGradients(norm, limit);
    }

    private void RequireGradientsOf(Phase phase, Objective objective)
    {
        foreach (var parameter in phases.SelectMany(other => other.Optimizer.Parameters))
            parameter.Value.requires_grad = false;
        foreach (var parameter in phase.ParametersOf(objective))
            parameter.requires_grad = true;
    }
}
