using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>
/// An averaged copy of a module, such as a teacher: its parameters follow another module's by a moving average and have no gradient; its
/// buffers, such as the statistics of batch normalization, are its own.
/// </summary>
/// <remarks>
/// Kept in a field of a <see cref="PretextModel"/> it is in the checkpoint, and in training mode when the model is: methods with a teacher
/// normalize it by the batch. Tarvainen and Valpola, "Mean teachers are better role models", 2017, https://arxiv.org/abs/1703.01780;
/// He et al., "Momentum Contrast for Unsupervised Visual Representation Learning", 2020, https://arxiv.org/abs/1911.05722.
/// </remarks>
/// <typeparam name="T">The module's type.</typeparam>
/// <example><code>
/// teacher = new Averaged&lt;Encoder&gt;(encoder.Copy()); // in the model's constructor
/// teacher.Follow(Encoder, keep: 0.99);               // in OnStepCompleted
/// </code></example>
public sealed class Averaged<T> : nn.Module
    where T : nn.Module
{
    private readonly T module;
    private readonly bool averagesBuffers;

    /// <summary>Takes over a copy of the module to follow.</summary>
    /// <param name="copy">The copy; owned by this object from now on. Not the module itself, whose training would end.</param>
    /// <param name="averageBuffers">
    /// Whether buffers follow too, those of whole numbers at once, as averaged generators want it. The default is false.
    /// </param>
    public Averaged(T copy, bool averageBuffers = false)
        : base(nameof(Averaged<T>))
    {
        ArgumentNullException.ThrowIfNull(copy);
        (module, averagesBuffers) = (copy, averageBuffers);
        RegisterComponents();
        foreach (var parameter in module.parameters())
            parameter.requires_grad = false;
        KeepAllBlocks();
    }

    /// <summary>Takes over a module of the same form and copies the weights and statistics of the one to follow into it.</summary>
    /// <param name="copy">A module of the source's form; owned by this object from now on.</param>
    /// <param name="source">The module to follow. Borrowed.</param>
    /// <param name="averageBuffers">Whether buffers follow too. The default is false.</param>
    public Averaged(T copy, T source, bool averageBuffers = false)
        : this(copy, averageBuffers)
    {
        if (ReferenceEquals(copy, source))
            throw new ArgumentException("A module cannot follow itself; give a copy of it.", nameof(copy));
        copy.load_state_dict(source.state_dict());
    }

    /// <summary>The averaged module, owned by this object.</summary>
    public T Module => module;

    /// <summary>Sets the mode of all parts but of transformers' blocks, of which a teacher drops none.</summary>
    /// <inheritdoc/>
    public override void train(bool on = true)
    {
        base.train(on);
        KeepAllBlocks();
    }

    /// <summary>Moves the parameters towards the source's: average = keep x average + (1 - keep) x source.</summary>
    /// <param name="source">The module to follow, of the same form, on the same device. Borrowed.</param>
    /// <param name="keep">Share of itself that the average keeps, in [0, 1]; see <see cref="Optimization.Ramp"/> for schedules.</param>
    /// <exception cref="ArgumentException">The source is the average itself, or of another form; or the share is out of its range.</exception>
    public void Follow(T source, double keep)
    {
        if (keep is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(keep), keep, "The share that an average keeps is in [0, 1].");
        if (ReferenceEquals(source, module))
            throw new ArgumentException("A module cannot follow itself; the average takes a copy of it.", nameof(source));
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (own, other) in Pair(module.parameters(), source.parameters()))
            own.lerp_(other, 1 - keep);
        if (!averagesBuffers)
            return;
        foreach (var (own, other) in Pair(module.buffers(), source.buffers()))
        {
            if (own.is_floating_point())
                own.lerp_(other, 1 - keep);
            else
                own.copy_(other);
        }
    }

    private static IEnumerable<(Tensor Own, Tensor Other)> Pair(IEnumerable<Tensor> own, IEnumerable<Tensor> others)
    {
        Tensor[] mine = [.. own], theirs = [.. others];
        return mine.Length == theirs.Length
            ? mine.Zip(theirs)
            : throw new ArgumentException($"The average has {mine.Length} tensors, and what it is to follow has {theirs.Length}.", nameof(others));
    }

    private void KeepAllBlocks()
    {
        foreach (var block in module.modules().OfType<TransformerBlock>())
            block.eval();
    }
}
