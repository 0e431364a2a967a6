using SelfSup.Data;

namespace SelfSup.Training;

/// <summary>What a run of pretraining ended with.</summary>
/// <param name="Steps">Steps done, those before a resume included.</param>
/// <param name="Metrics">Means over the last epoch, named <c>task/metric</c>, and the monitors' last, named <c>monitor/metric</c>.</param>
/// <param name="Failures">Images that could not be read and were left out, now or when they were packed, with the reason.</param>
/// <param name="EncoderFile">Path of the encoder's file; null without a run folder.</param>
public sealed record PretrainingResult(
    long Steps,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyList<ImageFailure> Failures,
    string? EncoderFile)
{
    /// <summary>What went wrong without stopping the run, at most one <see cref="MetricWarning"/> for each <see cref="MetricAlarm"/>.</summary>
    public IReadOnlyList<PretrainingWarning> Warnings { get; init; } = [];
}
