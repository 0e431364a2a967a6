namespace SelfSup.Training;

/// <summary>Hears of a run's metrics when they have been read off the device.</summary>
internal interface IMetricsListener
{
    /// <summary>A step is done.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="learningRate">Its learning rate.</param>
    /// <param name="metrics">Its metrics by name, finite or not.</param>
    void OnStep(long step, double learningRate, IReadOnlyList<KeyValuePair<string, double>> metrics);

    /// <summary>Something was measured after a step.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="metrics">What was measured, by name.</param>
    void OnMeasurement(long step, IReadOnlyDictionary<string, double> metrics);

    /// <summary>The steps that were read together have been told.</summary>
    void Flush();
}
