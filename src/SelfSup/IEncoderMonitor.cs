namespace SelfSup;

/// <summary>Watches an encoder while it is pretrained, such as by nearest neighbors on a few labels.</summary>
public interface IEncoderMonitor
{
    /// <summary>A short name in lower case, the first part of the metrics' names.</summary>
    string Name { get; }

    /// <summary>Ranges that its metrics keep to in a sound run; below, progress and report warn. Empty for none.</summary>
    IReadOnlyList<MetricAlarm> Alarms { get; }

    /// <summary>Measures the encoder as it is now. It must leave the encoder and the process-wide generator as they are.</summary>
    /// <param name="encoder">The encoder, on the run's device and in training mode. Borrowed.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    /// <returns>Metrics by name; <c>accuracy</c> of a monitor <c>knn</c> is reported as <c>knn/accuracy</c>.</returns>
    IReadOnlyDictionary<string, double> Measure(Encoder encoder, CancellationToken cancellationToken);
}
