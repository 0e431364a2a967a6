using static TorchSharp.torch;

namespace SelfSup;

/// <summary>What an objective returns: the scalar to minimize, and figures worth watching.</summary>
/// <param name="value">The loss, a scalar with a gradient history; owned by this object.</param>
/// <param name="metrics">
/// Named scalars without gradient history, on the device so that no step waits for them; owned by this object.
/// </param>
public sealed class PretextLoss(Tensor value, params (string Name, Tensor Value)[] metrics) : IDisposable
{
    /// <summary>The scalar to minimize.</summary>
    public Tensor Value { get; } = value;

    /// <summary>Named scalars worth watching, such as the accuracy.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Metrics { get; } = metrics;

    /// <summary>Hands the tensors to the scope around the current one: the last call in a loss that disposes what it made on the way.</summary>
    /// <returns>This loss.</returns>
    public PretextLoss MoveToOuterDisposeScope()
    {
        Value.MoveToOuterDisposeScope();
        foreach (var (_, metric) in Metrics)
            metric.MoveToOuterDisposeScope();
        return this;
    }

    /// <summary>Disposes the tensors.</summary>
    public void Dispose()
    {
        Value.Dispose();
        foreach (var (_, metric) in Metrics)
            metric.Dispose();
    }
}
