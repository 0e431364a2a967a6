using static TorchSharp.torch;

namespace SelfSup;

/// <summary>The part of a pretext task that learns: a head on a shared encoder, with the task's objectives.</summary>
/// <remarks>
/// The encoder is borrowed: it is no submodule, so that <c>parameters()</c>, <c>state_dict()</c> and <c>Dispose()</c> of a
/// model concern the head alone. Everything that must survive a restart is a parameter or a buffer: derived classes keep layers,
/// parameters and tensors in private fields and call <c>RegisterComponents()</c> last in the constructor, which makes every field of type
/// <c>Tensor</c> a buffer under the field's name. What only one step needs goes into its <see cref="StepContext"/>.
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

    /// <summary>What each training step minimizes, in order. Most tasks have one objective, adversarial tasks two.</summary>
    public abstract IReadOnlyList<Objective> Objectives { get; }

    /// <summary>
    /// The encoder to keep when the run ends: the trained one, unless the method keeps another of the same form, such as its averaged copy.
    /// </summary>
    public virtual Encoder Result => Encoder;

    /// <summary>Learns statistics of the training images before the first step of a new run; a resumed run restores them instead.</summary>
    /// <param name="inputs">A sample of the training images with their views, borrowed while iterated.</param>
    public virtual void Prepare(IEnumerable<PretextInput> inputs)
    {
    }

    /// <summary>
    /// Called before every epoch; a run resumed in the midst of an epoch goes on without. It runs in a dispose scope: change buffers in place.
    /// </summary>
    /// <param name="epoch">Reads the images and chooses their order.</param>
    public virtual void OnEpochStarting(EpochContext epoch)
    {
    }

    /// <summary>Called after every training step that was not left out, for averaged copies and queues.</summary>
    /// <param name="batch">The step's batch.</param>
    /// <param name="step">The step, with what the losses kept in it.</param>
    public virtual void OnStepCompleted(PretextBatch batch, StepContext step)
    {
    }

    /// <summary>Adds a buffer; one that <c>RegisterComponents()</c> has added already is left as it is.</summary>
    /// <inheritdoc/>
    public override void register_buffer(string name, Tensor tensor, bool persistent = true)
    {
        if (!named_buffers(recurse: false).Any(pair => pair.name == name && ReferenceEquals(pair.buffer, tensor)))
            base.register_buffer(name, tensor, persistent);
    }

    /// <summary>The shared encoder, borrowed.</summary>
    protected Encoder Encoder => borrowed();
}
