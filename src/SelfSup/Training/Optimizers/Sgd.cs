using static TorchSharp.torch;

namespace SelfSup.Training.Optimizers;

/// <summary>
/// Stochastic gradient descent with Nesterov momentum, as PyTorch defines it, without temporaries the size of the network.
/// </summary>
internal sealed class Sgd : Optimizer
{
    private readonly double momentum;
    private readonly double weightDecay;
    private readonly Tensor[] velocity;

    public Sgd(IReadOnlyList<TrainedParameter> parameters, double momentum, double weightDecay)
        : base(parameters)
    {
        this.momentum = momentum;
        this.weightDecay = weightDecay;
        velocity = [.. parameters.Select(p => p.NewState())];
        State = parameters.Zip(velocity).ToDictionary(pair => $"{pair.First.Name}.velocity", pair => pair.Second);
    }

    public override IReadOnlyDictionary<string, Tensor> State { get; }

    protected override void Update(int index, Tensor gradient, double learningRate)
    {
        Tensor parameter = Parameters[index].Value, speed = velocity[index];
        var decay = Parameters[index].Decays ? weightDecay : 0;
        if (decay > 0)
            gradient.add_(parameter, decay);
        speed.mul_(momentum).add_(gradient);
        parameter.add_(gradient.add_(speed, momentum), -learningRate);
    }
}
