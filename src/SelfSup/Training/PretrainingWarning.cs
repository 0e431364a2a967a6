namespace SelfSup.Training;

/// <summary>A metric left the range that it keeps to in a sound run.</summary>
/// <param name="Metric">The metric, named <c>task/metric</c>.</param>
/// <param name="Step">The last step at which it was seen outside, from 1.</param>
/// <param name="Value">Its mean over some dozens of steps up to there.</param>
/// <param name="Minimum">The smallest sound value.</param>
/// <param name="Message">What it means, and what may help.</param>
public sealed record PretrainingWarning(string Metric, long Step, double Value, double Minimum, string Message)
{
    /// <summary>The warning in one line.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Metric} was {Value:0.###} at step {Step}, below {Minimum:0.###}: {Message}");
}
