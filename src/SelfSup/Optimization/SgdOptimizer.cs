using SelfSup.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Optimization;

/// <summary>Stochastic gradient descent as PyTorch defines it, without temporaries the size of the network.</summary>
internal sealed class SgdOptimizer : Optimizer
{
    private readonly Sgd settings;
    private readonly Tensor[] velocity;

    public SgdOptimizer(IReadOnlyList<TrainedParameter> parameters, Sgd settings)
        : base(parameters)
    {
        this.settings = settings;
        velocity = [.. parameters.Select(p => p.NewState())];
        State = parameters.Zip(velocity).ToDictionary(pair => $"{pair.First.Name}.velocity", pair => pair.Second);
    }

    public override IReadOnlyDictionary<string, Tensor> State { get; }

    // A GPU waits for launches, which one call saves. On CPUs the loop is as fast: what it passes over several times stays in the cache.
    protected override void Update(int[] indices, Tensor[] gradients, double learningRate, double weightDecay)
    {
        var speeds = Array.ConvertAll(indices, i => velocity[i]);
        if (speeds[0].device_type != DeviceType.CUDA
            || !FusedUpdates.Sgd(Values(indices), gradients, speeds, learningRate, weightDecay, settings.Momentum, settings.Nesterov))
        {
            base.Update(indices, gradients, learningRate, weightDecay);
        }
    }

    protected override void Update(int index, Tensor gradient, double learningRate, double weightDecay)
    {
        Tensor parameter = Parameters[index].Value, speed = velocity[index];
        if (weightDecay > 0)
            gradient.add_(parameter, weightDecay);
        speed.mul_(settings.Momentum).add_(gradient);
        parameter.add_(settings.Nesterov ? gradient.add_(speed, settings.Momentum) : speed, -learningRate);
    }

    protected override void ResetState(int index) => velocity[index].zero_();
}
