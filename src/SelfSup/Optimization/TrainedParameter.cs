using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace SelfSup.Optimization;

/// <summary>A parameter with what its update needs to know.</summary>
/// <param name="Name">Unique name; the optimizer's state is saved under it.</param>
/// <param name="Value">The parameter; borrowed.</param>
/// <param name="LearningRateFactor">Factor on the run's learning rate.</param>
/// <param name="Decays">Whether weight decay applies.</param>
internal sealed record TrainedParameter(string Name, Parameter Value, double LearningRateFactor, bool Decays)
{
    /// <summary>The gradient, in the caller's dispose scope; null when the step gave it none.</summary>
    public Tensor? Gradient => Value.grad;

    /// <summary>A zero tensor of the parameter's shape, owned by the caller, outside of any scope.</summary>
    public Tensor NewState() => zeros_like(Value, requires_grad: false).DetachFromDisposeScope();
}
