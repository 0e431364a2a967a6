using System.Diagnostics.Metrics;

namespace SelfSup.Training;

/// <summary>
/// The meter that runs of pretraining report to, for <c>dotnet-counters</c>, OpenTelemetry and <see cref="MeterListener"/>.
/// </summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>instrument</term><description>tells</description></listheader>
/// <item><term>selfsup.training.metric</term><description>the last value of a metric, named by the tag <c>name</c>, such as <c>rotation/loss</c></description></item>
/// <item><term>selfsup.training.learning_rate</term><description>that of the last step</description></item>
/// <item><term>selfsup.training.epoch</term><description>the epoch in progress, from 1</description></item>
/// <item><term>selfsup.training.steps</term><description>counts steps</description></item>
/// <item><term>selfsup.training.images</term><description>counts images learned from: its rate is images a second</description></item>
/// <item><term>selfsup.training.unreadable</term><description>counts images that could not be read</description></item>
/// </list>
/// The tag <c>run</c> is the run folder, where there is one. Metrics are told when the run reads them, on GPUs some steps later; nothing waits
/// for a meter, and where nobody listens nothing is done.
/// </remarks>
public static class TrainingMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "SelfSup";

    private static readonly Meter meter = new(Name);

    internal static Gauge<double> Metric { get; } = meter.CreateGauge<double>("selfsup.training.metric", null, "The last value of a metric.");

    internal static Gauge<double> LearningRate { get; } = meter.CreateGauge<double>("selfsup.training.learning_rate", null, "The learning rate of the last step.");

    internal static Gauge<int> Epoch { get; } = meter.CreateGauge<int>("selfsup.training.epoch", "{epoch}", "The epoch in progress, from 1.");

    internal static Counter<long> Steps { get; } = meter.CreateCounter<long>("selfsup.training.steps", "{step}", "Steps done.");

    internal static Counter<long> Images { get; } = meter.CreateCounter<long>("selfsup.training.images", "{image}", "Images learned from.");

    internal static Counter<long> Unreadable { get; } = meter.CreateCounter<long>("selfsup.training.unreadable", "{image}", "Images that could not be read.");
}
