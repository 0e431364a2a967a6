namespace SelfSup.Training;

/// <summary>A loss or metric became infinite or not a number, so the run stopped.</summary>
public sealed class NonFiniteLossException : Exception
{
    internal NonFiniteLossException(string metric, long step, string? checkpoint)
        : base($"{metric} is not finite at step {step}. Try a lower learning rate, or gradient clipping. " +
               (checkpoint is null ? "There is no checkpoint yet." : $"The last good checkpoint is {checkpoint}."))
    {
        Metric = metric;
        Step = step;
        LastCheckpoint = checkpoint;
    }

    /// <summary>The metric, named <c>task/metric</c>.</summary>
    public string Metric { get; }

    /// <summary>The step at which it was seen, from 1.</summary>
    public long Step { get; }

    /// <summary>Path of the last good checkpoint, or null.</summary>
    public string? LastCheckpoint { get; }
}
