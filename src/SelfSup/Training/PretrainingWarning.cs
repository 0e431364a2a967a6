namespace SelfSup.Training;

/// <summary>Something that a user should look at, and that did not stop the run.</summary>
/// <param name="Step">The last step at which it was seen, from 1; 0 before the first.</param>
/// <param name="Message">What it is, and what may help.</param>
public record PretrainingWarning(long Step, string Message)
{
    /// <summary>The warning in one line.</summary>
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
