namespace SelfSup.Optimization;

/// <summary>Which optimizer updates the parameters, with its own settings: <see cref="Sgd"/>, <see cref="AdamW"/> or <see cref="Lars"/>.</summary>
public abstract record OptimizerSettings
{
    private protected OptimizerSettings()
    {
    }

    /// <summary>Short name, in lower case.</summary>
    internal abstract string Name { get; }

    /// <summary>The learning rate to begin with where nothing better is known.</summary>
    internal abstract double DefaultLearningRate { get; }

    /// <summary>The same settings with another share of the earlier gradients in a step: the momentum, or Adam's first beta.</summary>
    /// <param name="momentum">The share, in [0, 1).</param>
    /// <returns>The changed settings.</returns>
    public abstract OptimizerSettings WithMomentum(double momentum);

    /// <summary>Makes the optimizer.</summary>
    /// <param name="parameters">What it updates; borrowed.</param>
    /// <returns>The optimizer with fresh state, owned by the caller.</returns>
    internal abstract Optimizer Create(IReadOnlyList<TrainedParameter> parameters);

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it.</exception>
    internal abstract void Validate();
}
