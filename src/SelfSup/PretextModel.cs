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
    // Private to this class, hence out of reach of the derived class's RegisterComponents().
    private readonly Encoder encoder;

    /// <summary>Creates the base of a model.</summary>
    /// <param name="name">The task's name.</param>
    /// <param name="encoder">The encoder that the losses run through.</param>
    protected PretextModel(string name, Encoder encoder)
        : base(name) => this.encoder = encoder;

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

    /// <summary>The shared encoder.</summary>
    /// <returns>The encoder that was given to the constructor; borrowed.</returns>
    /// <remarks>A method because TorchSharp takes every module-typed property of a module for a submodule.</remarks>
    protected internal Encoder GetEncoder() => encoder;
}
