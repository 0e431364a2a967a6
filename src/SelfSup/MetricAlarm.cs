namespace SelfSup;

/// <summary>The range that a metric of an objective keeps to in a sound run. Outside of it the run goes on, with a warning.</summary>
/// <param name="Metric">The metric's name, as the objective's loss gives it.</param>
/// <param name="Minimum">Smallest sound value of its mean over some dozens of steps.</param>
/// <param name="Message">What it means when the metric is below, and what may help.</param>
public sealed record MetricAlarm(string Metric, double Minimum, string Message);
