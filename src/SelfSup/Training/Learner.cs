using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>A task of a run with its weight, its head and, during a step, its batch. Owns head and batch.</summary>
internal sealed class Learner(WeightedTask task, PretextSetup setup) : IDisposable
{
    private PretextBatch? batch;
    private StepContext? step;

    public IPretextTask Task => task.Task;

    public double Weight => task.Weight;

    public PretextModel Model { get; } = task.Task.CreateModel(setup);

    /// <summary>The alarms of all objectives, their metrics under the names that the steps give them.</summary>
    public IEnumerable<MetricAlarm> Alarms => Model.Objectives.SelectMany(objective =>
        objective.Alarms.Select(alarm => alarm with { Metric = $"{PrefixOf(objective)}/{alarm.Metric}" }));

    /// <summary>What stands before an objective's metrics.</summary>
    public string PrefixOf(Objective objective) => Model.Objectives.Count == 1 ? Task.Name : $"{Task.Name}/{objective.Name}";

    /// <summary>Refuses a head that keeps an encoder of another form: its weights are to be the trained encoder's when the run ends.</summary>
    /// <exception cref="InvalidOperationException">The forms differ.</exception>
    public void RequireResultLike(Encoder encoder)
    {
        var (kept, trained) = (ModuleState.Collect(Model.Result, ""), ModuleState.Collect(encoder, ""));
        var differing = kept.Keys.Union(trained.Keys).FirstOrDefault(name =>
            !kept.TryGetValue(name, out var one) || !trained.TryGetValue(name, out var other) || !one.shape.SequenceEqual(other.shape));
        if (differing is not null)
        {
            throw new InvalidOperationException(
                $"The model of '{Task.Name}' keeps an encoder as {nameof(PretextModel.Result)} that is not like the trained one: {differing} differs.");
        }
    }

    /// <summary>Begins a step: generates its batch.</summary>
    /// <param name="input">The task's views. Borrowed.</param>
    /// <param name="random">What the task draws from.</param>
    /// <param name="context">The step; disposed when it ends.</param>
    public void Begin(PretextInput input, RandomSource random, StepContext context)
    {
        batch = Task.Generate(input, random);
        step = context;
    }

    /// <summary>Computes the loss of the step's batch; owned by the caller.</summary>
    public PretextLoss ComputeLoss(Objective objective) => objective.Loss(batch!, step!);

    /// <summary>Ends the step.</summary>
    /// <param name="isCompleted">Whether the parameters were updated.</param>
    public void End(bool isCompleted)
    {
        if (isCompleted)
            Model.OnStepCompleted(batch!, step!);
        batch!.Dispose();
        step!.Dispose();
        (batch, step) = (null, null);
    }

    public void Dispose()
    {
        batch?.Dispose();
        step?.Dispose();
        Model.Dispose();
    }
}
