using static TorchSharp.torch;

namespace SelfSup.Training.Optimizers;

/// <summary>
/// Layer-wise adaptive rate scaling for large batches: momentum SGD in which every weight's step is in proportion to its own norm. You,
/// Gitman and Ginsburg, "Large Batch Training of Convolutional Networks", 2017, https://arxiv.org/abs/1708.03888.
/// </summary>
/// <remarks>Parameters without decay, norms and biases as a rule, are updated by plain momentum SGD.</remarks>
internal sealed class Lars : Optimizer
{
    private readonly double momentum;
    private readonly double weightDecay;
    private readonly double trust;
    private readonly Tensor[] velocity;

    public Lars(IReadOnlyList<TrainedParameter> parameters, double momentum, double weightDecay, double trust)
        : base(parameters)
    {
        (this.momentum, this.weightDecay, this.trust) = (momentum, weightDecay, trust);
        velocity = [.. parameters.Select(p => p.NewState())];
        State = parameters.Zip(velocity).ToDictionary(pair => $"{pair.First.Name}.velocity", pair => pair.Second);
    }

    public override IReadOnlyDictionary<string, Tensor> State { get; }

    protected override void Update(int index, Tensor gradient, double learningRate)
    {
        Tensor parameter = Parameters[index].Value, speed = velocity[index];
        speed.mul_(momentum);
        if (Parameters[index].Decays)
        {
            var (weightNorm, gradientNorm) = (parameter.norm(), gradient.norm());
            var rate = weightNorm.mul(trust).div_(gradientNorm.add_(weightNorm, weightDecay));
            // Where a norm is zero, as at a fresh bias, there is nothing to be in proportion to.
            rate = where(rate.gt(0).logical_and_(rate.isfinite()), rate, ones_like(rate));
            speed.addcmul_(gradient, rate, 1).addcmul_(parameter, rate, weightDecay);
        }
        else
        {
            speed.add_(gradient);
        }
        parameter.add_(speed, -learningRate);
    }
}
