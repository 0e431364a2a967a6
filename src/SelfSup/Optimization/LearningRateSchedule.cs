namespace SelfSup.Optimization;

/// <summary>How the learning rate changes after warm-up: a pure function of the step.</summary>
public abstract record LearningRateSchedule
{
    private const string Suffix = "Schedule";

    /// <summary>Half a cosine from the full rate to 0.</summary>
    public static LearningRateSchedule Cosine { get; } = new CosineSchedule();

    /// <summary>A factor of 0.2 at 30, 60 and 80 % of the run, RotNet's schedule.</summary>
    public static LearningRateSchedule Step { get; } = new StepSchedule();

    /// <summary>The full rate to the end.</summary>
    public static LearningRateSchedule Constant { get; } = new ConstantSchedule();

    /// <summary>The type's name without its ending.</summary>
    internal string Name => GetType().Name is var name && name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name;

    /// <summary>Factor on the base rate at a step.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="steps">Steps of the whole run.</param>
    /// <param name="warmupSteps">Steps of linear rise: the first has 1 / warmupSteps of the base rate, the last all of it.</param>
    /// <returns>The factor, in [0, 1] for the library's schedules.</returns>
    public double FactorAt(long step, long steps, long warmupSteps) => step < warmupSteps
        ? (step + 1.0) / warmupSteps
        : FactorAfterWarmup((double)(step - warmupSteps) / Math.Max(1, steps - warmupSteps));

    /// <summary>Factor on the base rate after warm-up.</summary>
    /// <param name="progress">Share of the steps after warm-up that are done, in [0, 1).</param>
    /// <returns>The factor.</returns>
    protected abstract double FactorAfterWarmup(double progress);

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it.</exception>
    internal virtual void Validate()
    {
    }
}
