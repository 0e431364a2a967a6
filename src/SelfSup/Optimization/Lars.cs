using SelfSup.Runtime;

namespace SelfSup.Optimization;

/// <summary>
/// Layer-wise adaptive rate scaling, for batches of a thousand and more: momentum SGD in which every weight's step is in proportion to
/// its own norm. You, Gitman and Ginsburg, "Large Batch Training of Convolutional Networks", 2017, https://arxiv.org/abs/1708.03888.
/// </summary>
/// <remarks>
/// The direction is d = q(g + λw), the velocity m becomes momentum · m + d, and the weight w − rate · m. The ratio q is that of
/// <see cref="Form"/>, and 1 where there is no norm to be in proportion to. Parameters without weight decay, norms and biases unless
/// <see cref="TrainingRecipe.DecayNormsAndBiases"/>, take the plain gradient: they neither decay nor scale.
/// </remarks>
public sealed record Lars : OptimizerSettings
{
    /// <summary>Share of the earlier directions in a step, in [0, 1). The default is 0.9.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>
    /// Trust coefficient: size of a step in proportion to the weight, at a learning rate of 1; above 0. The default is 0.02, which suits
    /// small images; 0.001 is usual on ImageNet.
    /// </summary>
    public double Trust { get; init; } = 0.02;

    /// <summary>How the ratio of a step to its weight is found. The default is <see cref="LarsForm.SumOfNorms"/>.</summary>
    public LarsForm Form { get; init; } = LarsForm.SumOfNorms;

    /// <summary>
    /// Whether the ratio is divided by the learning rate and then bounded by 1 (LARC): the smaller of the two alone sizes a step, which is
    /// never larger than plain SGD's. The default is false.
    /// </summary>
    public bool Clip { get; init; }

    internal override string Name => "lars";

    internal override double DefaultLearningRate => 0.3;

    /// <inheritdoc/>
    public override OptimizerSettings WithMomentum(double momentum) => this with { Momentum = momentum };

    internal override Optimizer Create(IReadOnlyList<TrainedParameter> parameters) => new LarsOptimizer(parameters, this);

    internal override void Validate()
    {
        this.Require(Momentum is >= 0 and < 1, Momentum, "in [0, 1)");
        this.Require(Trust is > 0 and < double.PositiveInfinity, Trust, "above 0");
        this.Require(Enum.IsDefined(Form), Form, $"a {nameof(LarsForm)}");
    }
}
