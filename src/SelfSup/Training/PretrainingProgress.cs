namespace SelfSup.Training;

/// <summary>Where a run stands. Sent about twice a second and at the end of every epoch.</summary>
/// <param name="Epoch">The epoch in progress, from 1.</param>
/// <param name="Epochs">Epochs of the whole run.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="LearningRate">The learning rate of the last step.</param>
/// <param name="ImagesPerSecond">Images read and learned from a second since the run started or resumed.</param>
/// <param name="Remaining">Estimated time to the end.</param>
/// <param name="Metrics">
/// Means since the epoch began, named <c>task/metric</c>, and what the monitors measured last, named <c>monitor/metric</c>.
/// </param>
public sealed record PretrainingProgress(
    int Epoch,
    int Epochs,
    long Step,
    long Steps,
    double LearningRate,
    double ImagesPerSecond,
    TimeSpan Remaining,
    IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>What went wrong so far without stopping the run, at most one <see cref="MetricWarning"/> for each <see cref="MetricAlarm"/>.</summary>
    public IReadOnlyList<PretrainingWarning> Warnings { get; init; } = [];

    /// <summary>Where the run stands, in one line.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"epoch {Epoch} of {Epochs}, step {Step:N0} of {Steps:N0}, {(int)Remaining.TotalHours:00}:{Remaining:mm\\:ss} left")
        + string.Concat(Metrics.Select(metric => FormattableString.Invariant($", {metric.Key} {metric.Value:G3}")));
}
