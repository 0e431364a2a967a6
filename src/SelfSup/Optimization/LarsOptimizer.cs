using static TorchSharp.torch;

namespace SelfSup.Optimization;

/// <summary>LARS, whose settings say how it works: <see cref="Lars"/>.</summary>
internal sealed class LarsOptimizer : Optimizer
{
    private readonly Lars settings;
    private readonly Tensor[] velocity;

    public LarsOptimizer(IReadOnlyList<TrainedParameter> parameters, Lars settings)
        : base(parameters)
    {
        this.settings = settings;
        velocity = [.. parameters.Select(p => p.NewState())];
        State = parameters.Zip(velocity).ToDictionary(pair => $"{pair.First.Name}.velocity", pair => pair.Second);
    }

    public override IReadOnlyDictionary<string, Tensor> State { get; }

    protected override void Update(int index, Tensor gradient, double learningRate, double weightDecay)
    {
        Tensor parameter = Parameters[index].Value, speed = velocity[index];
        speed.mul_(settings.Momentum);
        if (!Parameters[index].Decays)
        {
            speed.add_(gradient);
        }
        else if (settings.Form == LarsForm.SumOfNorms)
        {
            var weightNorm = parameter.norm();
            var ratio = Ratio(weightNorm, gradient.norm().add_(weightNorm, weightDecay), learningRate);
            speed.addcmul_(gradient, ratio, 1).addcmul_(parameter, ratio, weightDecay);
        }
        else
        {
            gradient.add_(parameter, weightDecay);
            speed.addcmul_(gradient, Ratio(parameter.norm(), gradient.norm(), learningRate), 1);
        }
        parameter.add_(speed, -learningRate);
    }

    protected override void ResetState(int index) => velocity[index].zero_();

    private Tensor Ratio(Tensor weightNorm, Tensor directionNorm, double learningRate)
    {
        var ratio = weightNorm.mul(settings.Trust).div_(directionNorm);
        if (settings.Clip)
            ratio = ratio.div_(learningRate).clamp_max_(1);
        // Where a norm is zero, as at a fresh bias, there is nothing to be in proportion to.
        var one = ones_like(ratio);
        ratio = where(ratio.gt(0), ratio, one);
        return where(ratio.isfinite(), ratio, one);
    }
}
