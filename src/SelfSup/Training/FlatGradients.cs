using SelfSup.Distributed;
using SelfSup.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>The gradients of a phase side by side, each laid out as its parameter is, so that one sum a step averages them over the ranks.</summary>
/// <param name="group">The ranks.</param>
/// <param name="parameters">What the phase trains; borrowed.</param>
internal sealed class FlatGradients(IProcessGroup group, IReadOnlyList<TrainedParameter> parameters) : IDisposable
{
    private readonly long count = parameters.Sum(parameter => parameter.Value.numel());
    private Tensor? flat; // the gradients, then the metrics
    private Tensor[] views = [];

    /// <summary>Replaces the gradients by their means over the ranks.</summary>
    /// <param name="metrics">The step's metrics on this rank, float32 (M). Borrowed.</param>
    /// <param name="weight">What this rank's losses were multiplied by, and its metrics count.</param>
    /// <returns>
    /// The means of the metrics, the same on all ranks, in the caller's dispose scope: whatever is decided by them, all ranks decide alike.
    /// </returns>
    public Tensor Average(Tensor metrics, double weight)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var buffer = BufferFor(metrics);
        for (var i = 0; i < views.Length; i++)
        {
            if (parameters[i].Gradient is { } gradient)
                views[i].copy_(gradient);
            else
                views[i].zero_();
        }
        var tail = buffer.narrow(0, count, metrics.shape[0]);
        tail.copy_(weight == 1 ? metrics : metrics.mul(weight));
        group.Sum(buffer);
        buffer.div_(group.Size);
        for (var i = 0; i < views.Length; i++)
        {
            if (parameters[i].Gradient is not null)
                parameters[i].Value.grad = views[i];
        }
        return tail.clone().MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var view in views)
            view.Dispose();
        flat?.Dispose();
    }

    // Once: a phase has the same metrics at every step.
    private Tensor BufferFor(Tensor metrics)
    {
        if (flat is not null && flat.shape[0] == count + metrics.shape[0])
            return flat;
        Dispose();
        flat = empty(count + metrics.shape[0], ScalarType.Float32, metrics.device).DetachFromDisposeScope();
        var start = 0L;
        views = new Tensor[parameters.Count];
        for (var i = 0; i < views.Length; i++)
        {
            var parameter = parameters[i].Value;
            views[i] = flat.as_strided(parameter.shape, parameter.stride(), start).DetachFromDisposeScope();
            start += parameter.numel();
        }
        return flat;
    }
}
