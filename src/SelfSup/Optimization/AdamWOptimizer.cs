using System.Runtime.InteropServices;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Optimization;

/// <summary>AdamW as PyTorch defines it.</summary>
internal sealed class AdamWOptimizer : Optimizer
{
    private readonly AdamW settings;
    private readonly Tensor[] mean;
    private readonly Tensor[] square;

    // Each parameter counts its own steps, for one that was reset or had no gradient at first. On the CPU, whatever the device: read
    // without a wait.
    private readonly Tensor steps;

    public AdamWOptimizer(IReadOnlyList<TrainedParameter> parameters, AdamW settings)
        : base(parameters)
    {
        this.settings = settings;
        mean = [.. parameters.Select(p => p.NewState())];
        square = [.. parameters.Select(p => p.NewState())];
        steps = zeros(parameters.Count, int64, CPU).DetachFromDisposeScope();
        var state = new Dictionary<string, Tensor> { ["steps"] = steps };
        for (var i = 0; i < parameters.Count; i++)
        {
            state[$"{parameters[i].Name}.mean"] = mean[i];
            state[$"{parameters[i].Name}.square"] = square[i];
        }
        State = state;
    }

    public override IReadOnlyDictionary<string, Tensor> State { get; }

    private Span<long> Steps => MemoryMarshal.Cast<byte, long>(steps.bytes);

    // In one pass over memory: three to five times as fast on CPUs as operation by operation.
    protected override void Update(int[] indices, Tensor[] gradients, double learningRate, double weightDecay)
    {
        foreach (var i in indices)
            Steps[i]++;
        foreach (var group in Enumerable.Range(0, indices.Length).ToLookup(i => Steps[indices[i]]))
        {
            int[] places = [.. group.Select(i => indices[i])];
            Tensor[] slopes = [.. group.Select(i => gradients[i])];
            if (!FusedUpdates.AdamW(
                Values(places), slopes, Array.ConvertAll(places, i => mean[i]), Array.ConvertAll(places, i => square[i]), group.Key,
                learningRate, weightDecay, settings.Beta1, settings.Beta2, settings.Epsilon))
            {
                base.Update(places, slopes, learningRate, weightDecay);
            }
        }
    }

    protected override void Update(int index, Tensor gradient, double learningRate, double weightDecay)
    {
        var step = Steps[index];
        var correction1 = 1 - Math.Pow(settings.Beta1, step);
        var correction2 = Math.Sqrt(1 - Math.Pow(settings.Beta2, step));
        Tensor parameter = Parameters[index].Value;
        if (weightDecay > 0)
            parameter.mul_(1 - learningRate * weightDecay);
        mean[index].mul_(settings.Beta1).add_(gradient, 1 - settings.Beta1);
        square[index].mul_(settings.Beta2).addcmul_(gradient, gradient, 1 - settings.Beta2);
        var divisor = square[index].sqrt().div_(correction2).add_(settings.Epsilon);
        parameter.addcdiv_(mean[index], divisor, -learningRate / correction1);
    }

    protected override void ResetState(int index)
    {
        mean[index].zero_();
        square[index].zero_();
        Steps[index] = 0;
    }
}
