using SelfSup.Distributed;
using static TorchSharp.torch;

namespace SelfSup;

/// <summary>One step of a task: where the run stands, and what the step's losses leave for later in it.</summary>
/// <param name="step">Steps done before this one.</param>
/// <param name="steps">Steps of the whole run, at least 1.</param>
/// <param name="epoch">The epoch, from 0.</param>
/// <param name="isTraining">False where losses are only measured, as on held-out images: nothing may be learned from them.</param>
public sealed class StepContext(long step, long steps, int epoch, bool isTraining = true) : IDisposable
{
    private readonly Dictionary<string, Tensor> kept = [];
    private readonly IProcessGroup group = SingleProcess.Instance;
    private readonly BatchShare share;

    /// <summary>Creates the context of a rank that computes the step together with others.</summary>
    internal StepContext(long step, long steps, int epoch, IProcessGroup group, BatchShare share)
        : this(step, steps, epoch) => (this.group, this.share) = (group, share);

    /// <summary>Steps done before this one.</summary>
    public long Step { get; } = step;

    /// <summary>Steps of the whole run.</summary>
    public long Steps { get; } = steps;

    /// <summary>The epoch, from 0.</summary>
    public int Epoch { get; } = epoch;

    /// <summary>Share of the run's steps done before this one, in [0, 1); 1 where losses are measured after the last. For schedules.</summary>
    public double Progress => (double)Step / Steps;

    /// <summary>Whether the step trains. Where it does not, as on held-out images, <see cref="PretextModel.OnStepCompleted"/> is not called.</summary>
    public bool IsTraining { get; } = isTraining;

    /// <summary>
    /// Puts together what all ranks computed of their images, so that a loss sees the whole batch: every rank computes the same loss then, and
    /// gradients come back to the rank whose images they are of. Where a process trains by itself, and where losses are only measured,
    /// the rows are the whole batch already. All ranks must call it alike.
    /// </summary>
    /// <param name="rows">Rows of this rank's images, (N, ...), or view by view those of several views, (views x N, ...). Borrowed.</param>
    /// <returns>The rows of all images of the batch in its order, view by view, of the same type; owned by the caller.</returns>
    public Tensor Gather(Tensor rows) => share.IsPart ? GatheredRows.Of(rows, group, share) : rows.alias();

    /// <summary>
    /// Keeps something that a loss computed until the step ends, without its gradient history: for a later objective, or for
    /// <see cref="PretextModel.OnStepCompleted"/>, which may add it to a queue.
    /// </summary>
    /// <param name="name">A name to find it by; what was kept under it before is dropped.</param>
    /// <param name="tensor">The tensor. Borrowed; it must not be changed in place afterwards.</param>
    public void Keep(string name, Tensor tensor)
    {
        if (kept.Remove(name, out var before))
            before.Dispose();
        kept[name] = tensor.detach().DetachFromDisposeScope();
    }

    /// <summary>Finds what was kept.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The tensor, owned by the context; null when nothing of this name was kept.</returns>
    public Tensor? Kept(string name) => kept.GetValueOrDefault(name);

    /// <summary>Disposes what was kept.</summary>
    public void Dispose()
    {
        foreach (var tensor in kept.Values)
            tensor.Dispose();
        kept.Clear();
    }
}
