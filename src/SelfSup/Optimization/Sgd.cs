using SelfSup.Runtime;

namespace SelfSup.Optimization;

/// <summary>Stochastic gradient descent with momentum.</summary>
public sealed record Sgd : OptimizerSettings
{
    internal const double UsualLearningRate = 0.05;

    /// <summary>Share of the earlier gradients in the direction of a step, in [0, 1). The default is 0.9.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Whether momentum is Nesterov's, which looks a step ahead. The default is true.</summary>
    public bool Nesterov { get; init; } = true;

    internal override string Name => "sgd";

    internal override double DefaultLearningRate => UsualLearningRate;

    /// <inheritdoc/>
    public override OptimizerSettings WithMomentum(double momentum) => this with { Momentum = momentum };

    internal override Optimizer Create(IReadOnlyList<TrainedParameter> parameters) => new SgdOptimizer(parameters, this);

    internal override void Validate() => this.Require(Momentum is >= 0 and < 1, Momentum, "in [0, 1)");
}
