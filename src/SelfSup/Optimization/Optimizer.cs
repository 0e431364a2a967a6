using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace SelfSup.Optimization;

/// <summary>
/// Updates parameters in place from their gradients. Its state is plain tensors with names, so that a checkpoint can hold it.
/// </summary>
/// <param name="parameters">What it updates; borrowed.</param>
internal abstract class Optimizer(IReadOnlyList<TrainedParameter> parameters) : IDisposable
{
    // Keeps a gradient of zeros from a division by zero.
    private const double NormEpsilon = 1e-6;

    private readonly ILookup<(double Factor, bool Decays), int> groups =
        Enumerable.Range(0, parameters.Count).ToLookup(i => (parameters[i].LearningRateFactor, parameters[i].Decays));

    public IReadOnlyList<TrainedParameter> Parameters { get; } = parameters;

    /// <summary>The state by name; owned by the optimizer.</summary>
    public abstract IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>Makes one update.</summary>
    /// <param name="learningRate">The run's learning rate at this step.</param>
    /// <param name="weightDecay">The run's weight decay at this step, for the parameters that decay.</param>
    public void Step(double learningRate, double weightDecay)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var group in groups)
        {
            var (indices, gradients) = WithGradients(group);
            if (indices.Length > 0)
                Update(indices, gradients, learningRate * group.Key.Factor, group.Key.Decays ? weightDecay : 0);
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
        var factor = norm.add(NormEpsilon).reciprocal_().mul_(limit).clamp_max_(1);
        foreach (var gradient in Gradients())
            gradient.mul_(factor);
    }

    /// <summary>Scales every gradient down whose own norm is above a limit, without a word from the device to the host.</summary>
    /// <param name="limit">The largest norm of one parameter's gradient.</param>
    public void ClipEach(double limit)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var gradient in Gradients())
            gradient.mul_(gradient.norm().add_(NormEpsilon).reciprocal_().mul_(limit).clamp_max_(1));
    }

    /// <summary>Sets the state of some parameters back to that of a fresh optimizer, for layers that are drawn anew.</summary>
    /// <param name="parameters">The parameters; those of other optimizers are passed over.</param>
    public void Reset(IEnumerable<Parameter> parameters)
    {
        using var noGrad = no_grad();
        var handles = parameters.Select(parameter => parameter.Handle).ToHashSet();
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (handles.Contains(Parameters[i].Value.Handle))
                ResetState(i);
        }
    }

    public void Dispose()
    {
        foreach (var state in State.Values)
            state.Dispose();
    }

    /// <summary>Updates parameters that share a learning rate, one by one where an optimizer knows no faster way.</summary>
    /// <param name="indices">Their places in the list, one or more.</param>
    /// <param name="gradients">Their gradients, which may be written over.</param>
    /// <param name="learningRate">Their learning rate.</param>
    /// <param name="weightDecay">Their weight decay, 0 where they do not decay.</param>
    protected virtual void Update(int[] indices, Tensor[] gradients, double learningRate, double weightDecay)
    {
        for (var i = 0; i < indices.Length; i++)
            Update(indices[i], gradients[i], learningRate, weightDecay);
    }

    /// <summary>Updates one parameter.</summary>
    /// <param name="index">Its place in the list.</param>
    /// <param name="gradient">Its gradient, which may be written over.</param>
    /// <param name="learningRate">Its learning rate.</param>
    /// <param name="weightDecay">Its weight decay, 0 where it does not decay.</param>
    protected abstract void Update(int index, Tensor gradient, double learningRate, double weightDecay);

    /// <summary>The values of some parameters.</summary>
    protected Tensor[] Values(int[] indices) => Array.ConvertAll(indices, i => (Tensor)Parameters[i].Value);

    /// <summary>Sets the state of one parameter to zero, in place.</summary>
    /// <param name="index">Its place in the list.</param>
    protected abstract void ResetState(int index);

    private (int[] Indices, Tensor[] Gradients) WithGradients(IEnumerable<int> group)
    {
        var found = group.Select(i => (Index: i, Parameters[i].Gradient)).Where(pair => pair.Gradient is not null).ToArray();
        return (Array.ConvertAll(found, pair => pair.Index), Array.ConvertAll(found, pair => pair.Gradient!));
    }

    private IEnumerable<Tensor> Gradients() => Parameters.Select(parameter => parameter.Gradient).OfType<Tensor>();
}
