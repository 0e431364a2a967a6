namespace SelfSup.Training;

/// <summary>A pretext task with the weight of its losses in a run of several tasks.</summary>
public sealed record WeightedTask
{
    /// <summary>Gives a task a weight.</summary>
    /// <param name="task">The task.</param>
    /// <param name="weight">Factor on its losses, above 0. The default is 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="weight"/> is not a positive number.</exception>
    public WeightedTask(IPretextTask task, double weight = 1)
    {
        if (!(weight > 0) || double.IsInfinity(weight))
            throw new ArgumentOutOfRangeException(
                nameof(weight), weight, $"The weight of the task '{task.Name}' must be a positive number.");
        Task = task;
        Weight = weight;
    }

    /// <summary>The task.</summary>
    public IPretextTask Task { get; }

    /// <summary>Factor on the task's losses.</summary>
    public double Weight { get; }
}
