namespace SelfSup.Training;

/// <summary>What a run does when a loss or a gradient is infinite or not a number.</summary>
public enum NonFinitePolicy
{
    /// <summary>The run stops with a <see cref="NonFiniteLossException"/>; the last checkpoint is good.</summary>
    Stop,

    /// <summary>
    /// The step is left out: parameters, and statistics of batch normalization, stay as they were. Of several objectives, such as those
    /// of adversarial tasks, the ones before that which was not finite have moved their parameters already. Ten in a row stop the run. On
    /// GPUs every step waits for its result, which makes them slower.
    /// </summary>
    SkipStep,
}
