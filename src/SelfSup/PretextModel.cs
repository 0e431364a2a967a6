using static TorchSharp.torch;

namespace SelfSup;

/// <summary>The part of a pretext task that learns: a head on a shared encoder, with the task's objectives.</summary>
/// <remarks>
/// The encoder is borrowed: it is no submodule, so that <c>parameters()</c>, <c>state_dict()</c> and <c>Dispose()</c> of a
/// model concern the head alone. Everything that must survive a restart is a parameter or a buffer. Derived classes keep
/// their layers in private fields and call <c>RegisterComponents()</c> last in the constructor.
/// </remarks>
public abstract class PretextModel : nn.Module
{
    // Behind a function, because RegisterComponents() takes every field of a module's type for a submodule.
    private readonly Func<Encoder> borrowed;

    /// <summary>Creates the base of a model.</summary>
    /// <param name="name">The task's name.</param>
    /// <param name="encoder">The encoder that the losses run through.</param>
    protected PretextModel(string name, Encoder encoder)
        : base(name) => borrowed = () => encoder;

    /// <summary>What each training step minimises, in order. Most tasks have one objective, adversarial tasks two.</summary>
    public abstract IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Learns statistics of the training images before the first step of a new run; a resumed run restores them instead.</summary>
    /// <param name="batches">A sample of the training images, uint8 (N, 3, H, W) each, borrowed while iterated.</param>
    public virtual void Prepare(IEnumerable<Tensor> batches)
    {
    }

    /// <summary>Called after every training step, for averaged copies and queues.</summary>
    /// <param name="progress">Share of the run's steps that are done, in (0, 1].</param>
    public virtual void OnStepCompleted(double progress)
    {
    }

    /// <summary>The shared encoder, borrowed.</summary>
    protected Encoder Encoder => borrowed();
}
