using static TorchSharp.torch;

namespace SelfSup.Training.Optimizers;

/// <summary>Adam with decoupled weight decay: Loshchilov and Hutter, 2019, https://arxiv.org/abs/1711.05101.</summary>
internal sealed class AdamW : Optimizer
{
    private const double Epsilon = 1e-8;
    private readonly double beta1;
    private readonly double beta2;
    private readonly double weightDecay;
    private readonly Tensor[] mean;
    private readonly Tensor[] square;
    private readonly Tensor steps;
    private double correction1;
    private double correction2;

    public AdamW(IReadOnlyList<TrainedParameter> parameters, double beta1, double beta2, double weightDecay)
        : base(parameters)
    {
        (this.beta1, this.beta2, this.weightDecay) = (beta1, beta2, weightDecay);
        mean = [.. parameters.Select(p => p.NewState())];
        square = [.. parameters.Select(p => p.NewState())];
        steps = zeros(1, int64).DetachFromDisposeScope();
        var state = new Dictionary<string, Tensor> { ["steps"] = steps };
        for (var i = 0; i < parameters.Count; i++)
        {
            state[$"{parameters[i].Name}.mean"] = mean[i];
            state[$"{parameters[i].Name}.square"] = square[i];
        }
        State = state;
    }

    public override IReadOnlyDictionary<string, Tensor> State { get; }

    protected override void BeforeStep()
    {
        steps.add_(1);
        var step = steps.item<long>();
        correction1 = 1 - Math.Pow(beta1, step);
        correction2 = Math.Sqrt(1 - Math.Pow(beta2, step));
    }

    protected override void Update(int index, Tensor gradient, double learningRate)
    {
        Tensor parameter = Parameters[index].Value;
        if (Parameters[index].Decays && weightDecay > 0)
            parameter.mul_(1 - learningRate * weightDecay);
        mean[index].mul_(beta1).add_(gradient, 1 - beta1);
        square[index].mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
        var divisor = square[index].sqrt().div_(correction2).add_(Epsilon);
        parameter.addcdiv_(mean[index], divisor, -learningRate / correction1);
    }
}
