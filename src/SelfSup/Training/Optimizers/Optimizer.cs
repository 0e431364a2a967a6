using static TorchSharp.torch;

namespace SelfSup.Training.Optimizers;

/// <summary>
/// Updates parameters in place from their gradients. Its state is plain tensors with names, so that a checkpoint can hold it.
/// </summary>
/// <param name="parameters">What it updates; borrowed.</param>
internal abstract class Optimizer(IReadOnlyList<TrainedParameter> parameters) : IDisposable
{
    public IReadOnlyList<TrainedParameter> Parameters { get; } = parameters;

    /// <summary>The state by name; owned by the optimiser.</summary>
    public abstract IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>Makes one update.</summary>
    /// <param name="learningRate">The run's learning rate at this step.</param>
    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        BeforeStep();
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].Gradient is { } gradient)
                Update(i, gradient, learningRate * Parameters[i].LearningRateFactor);
        }
    }

    /// <summary>Drops every gradient: the next backward pass hands its own over, where it would add to zeros.</summary>
    public void DropGradients()
    {
        foreach (var parameter in Parameters)
            parameter.Value.grad = null;
    }

    /// <summary>Measures the common norm of all gradients.</summary>
    /// <returns>A scalar on the device, in the caller's dispose scope.</returns>
    public Tensor MeasureGradients()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return stack(Gradients().Select(gradient => gradient.norm())).norm().MoveToOuterDisposeScope();
    }

    /// <summary>Scales all gradients down where their common norm is above a limit, without a word from the device to the host.</summary>
    /// <param name="norm">What <see cref="MeasureGradients"/> found.</param>
    /// <param name="limit">The largest norm.</param>
    public void ClipGradients(Tensor norm, double limit)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var factor = norm.add(1e-6).reciprocal_().mul_(limit).clamp_max_(1);
        foreach (var gradient in Gradients())
            gradient.mul_(factor);
    }

    public void Dispose()
    {
        foreach (var state in State.Values)
            state.Dispose();
    }

    private IEnumerable<Tensor> Gradients() => Parameters.Select(parameter => parameter.Gradient).OfType<Tensor>();

    protected virtual void BeforeStep()
    {
    }

    /// <summary>Updates one parameter.</summary>
    /// <param name="index">Its place in the list.</param>
    /// <param name="gradient">Its gradient, which may be written over.</param>
    /// <param name="learningRate">Its learning rate.</param>
    protected abstract void Update(int index, Tensor gradient, double learningRate);
}
