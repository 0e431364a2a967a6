using static TorchSharp.torch;

namespace SelfSup;

/// <summary>A loss together with the modules whose parameters its step updates.</summary>
/// <remarks>
/// The trainer runs a task's objectives one after another in every step. While one runs, parameters outside
/// <see cref="Modules"/> require no gradient. With several tasks on one encoder, the first objectives of all are summed with
/// their weights into one step, then the second objectives, and so on.
/// </remarks>
public sealed class Objective
{
    /// <summary>Creates an objective whose loss looks at the batch alone.</summary>
    /// <param name="name">A short name that prefixes its metrics, such as <c>critic</c>.</param>
    /// <param name="loss">Computes the loss of a generated batch; the result is owned by the caller.</param>
    /// <param name="modules">The modules that the objective trains; name the encoder if it is among them.</param>
    /// <exception cref="ArgumentException">No module is given.</exception>
    public Objective(string name, Func<PretextBatch, PretextLoss> loss, params nn.Module[] modules)
        : this(name, (batch, _) => loss(batch), modules)
    {
    }

    /// <summary>Creates an objective whose loss looks at the batch and at the step.</summary>
    /// <inheritdoc cref="Objective(string, Func{PretextBatch, PretextLoss}, nn.Module[])"/>
    public Objective(string name, Func<PretextBatch, StepContext, PretextLoss> loss, params nn.Module[] modules)
    {
        if (modules.Length == 0)
            throw new ArgumentException($"The objective '{name}' trains no module.", nameof(modules));
        Name = name;
        Loss = loss;
        Modules = modules;
    }

    /// <summary>A short name that prefixes the objective's metrics.</summary>
    public string Name { get; }

    /// <summary>Computes the loss of a generated batch at a step.</summary>
    public Func<PretextBatch, StepContext, PretextLoss> Loss { get; }

    /// <summary>The modules that the objective trains.</summary>
    public IReadOnlyList<nn.Module> Modules { get; }

    /// <summary>Factor on the run's learning rate for this objective. The default is 1.</summary>
    public double LearningRateFactor { get; init; } = 1;

    /// <summary>
    /// Largest norm of the objective's gradient, above 0; null, the default, takes the recipe's. Where several tasks share a step, the
    /// smallest limit holds for their sum.
    /// </summary>
    public double? ClipGradientNorm { get; init; }

    /// <summary>Ranges that its metrics keep to in a sound run. The default is none.</summary>
    public IReadOnlyList<MetricAlarm> Alarms { get; init; } = [];

    /// <summary>Makes a loss for an objective of one that takes the task's own type of batches.</summary>
    /// <typeparam name="TBatch">The batches that the task generates.</typeparam>
    /// <param name="loss">Computes the loss of a batch; the result is owned by the caller.</param>
    /// <returns>The loss.</returns>
    public static Func<PretextBatch, StepContext, PretextLoss> Typed<TBatch>(Func<TBatch, StepContext, PretextLoss> loss)
        where TBatch : PretextBatch =>
        (batch, step) => loss((TBatch)batch, step);
}
