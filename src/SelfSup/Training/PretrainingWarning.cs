namespace SelfSup.Training;

/// <summary>Something that a user should look at, and that did not stop the run.</summary>
/// <param name="Step">The last step at which it was seen, from 1; 0 before the first.</param>
/// <param name="Message">What it is, and what may help.</param>
public record PretrainingWarning(long Step, string Message)
{
    /// <summary>The warning in one line.</summary>
    public override string ToString() => Message;
}

/// <summary>The whole run is shorter than features worth having take, so it is seen before the first step.</summary>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="Message">What it means, and what may help.</param>
public sealed record ShortRunWarning(long Steps, string Message) : PretrainingWarning(0, Message)
{
    private const int Enough = 1000;

    /// <summary>The warning for a run of so many steps; null where they are enough.</summary>
    internal static ShortRunWarning? For(long steps) => steps >= Enough
        ? null
        : new(steps, FormattableString.Invariant(
            $"The whole run is {steps:N0} steps, and features worth having take 2,000 or more. Choose more epochs, or fewer images a step."));

    /// <inheritdoc/>
    public override string ToString() => Message;
}

/// <summary>A metric left the range that it keeps to in a sound run.</summary>
/// <param name="Metric">The metric, named <c>task/metric</c>.</param>
/// <param name="Step">The last step at which it was seen outside, from 1.</param>
/// <param name="Value">Its mean over some dozens of steps up to there.</param>
/// <param name="Minimum">The smallest sound value.</param>
/// <param name="Message">What it means, and what may help.</param>
public sealed record MetricWarning(string Metric, long Step, double Value, double Minimum, string Message) : PretrainingWarning(Step, Message)
{
    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{Metric} was {Value:0.###} at step {Step}, below {Minimum:0.###}: {Message}");
}
