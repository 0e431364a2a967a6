using SelfSup.Runtime;

namespace SelfSup.Optimization;

/// <summary>Adam with decoupled weight decay: Loshchilov and Hutter, 2019, https://arxiv.org/abs/1711.05101.</summary>
public sealed record AdamW : OptimizerSettings
{
    /// <summary>Decay of the gradients' moving average, in [0, 1). The default is 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the squared gradients' moving average, in [0, 1). The default is 0.999.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the divisor, above 0. The default is 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    internal override string Name => "adamw";

    internal override double DefaultLearningRate => 0.001;

    /// <inheritdoc/>
    public override OptimizerSettings WithMomentum(double momentum) => this with { Beta1 = momentum };

    internal override Optimizer Create(IReadOnlyList<TrainedParameter> parameters) => new AdamWOptimizer(parameters, this);

    internal override void Validate()
    {
        this.Require(Beta1 is >= 0 and < 1, Beta1, "in [0, 1)");
        this.Require(Beta2 is >= 0 and < 1, Beta2, "in [0, 1)");
        this.Require(Epsilon is > 0 and < double.PositiveInfinity, Epsilon, "above 0");
    }
}
