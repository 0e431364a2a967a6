using SelfSup.Runtime;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace SelfSup.Tests.Runtime;

/// <summary>Updates of many parameters in one call give what PyTorch's optimizers give, in every layout of memory.</summary>
public class FusedUpdatesTests
{
    private const double LearningRate = 0.1;
    private const double WeightDecay = 0.01;

    [FusedUpdatesTheory]
    [InlineData(0.9, true)]
    [InlineData(0.9, false)]
    [InlineData(0.5, false)]
    public void Sgd_follows_PyTorch(double momentum, bool nesterov) => AssertFollows(
        theirs => optim.SGD(theirs, LearningRate, momentum, weight_decay: WeightDecay, nesterov: nesterov),
        (values, gradients, states, _) => FusedUpdates.Sgd(values, gradients, states[0], LearningRate, WeightDecay, momentum, nesterov));

    [FusedUpdatesFact]
    public void AdamW_follows_PyTorch() => AssertFollows(
        theirs => optim.AdamW(theirs, LearningRate, 0.9, 0.99, 1e-6, WeightDecay),
        (values, gradients, states, step) =>
            FusedUpdates.AdamW(values, gradients, states[0], states[1], step, LearningRate, WeightDecay, 0.9, 0.99, 1e-6));

    [FusedUpdatesFact]
    public void What_the_kernels_cannot_do_is_refused_and_left_as_it_was()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor[] plain = [ones(4, 4)], gapped = [ones(4, 8).narrow(1, 0, 4)], wide = [ones(4, 4, float64)], transposed = [rand(4, 4).t()];
        Assert.False(Try(gapped, zeros(4, 4)));
        Assert.False(Try(wide, zeros(4, 4, float64)));
        Assert.False(Try(plain, zeros(4, 4, float64)));
        Assert.False(Try(transposed, zeros(4, 4)));
        Assert.False(FusedUpdates.Sgd(plain, [ones(4, 4)], [zeros(4, 4)], LearningRate, WeightDecay, momentum: 0, nesterov: false));
        Assert.True(plain[0].eq(1).all().item<bool>() && gapped[0].eq(1).all().item<bool>() && wide[0].eq(1).all().item<bool>());
        Assert.True(Try(plain, zeros(4, 4)));

        static bool Try(Tensor[] values, Tensor state) =>
            FusedUpdates.Sgd(values, [ones_like(values[0])], [state], LearningRate, WeightDecay, 0.9, nesterov: true)
            | FusedUpdates.AdamW(values, [ones_like(values[0])], [state], [state], 1, LearningRate, WeightDecay, 0.9, 0.99, 1e-6);
    }

    private static void AssertFollows(
        Func<IEnumerable<Parameter>, optim.Optimizer> createReference, Func<Tensor[], Tensor[], Tensor[][], long, bool> update)
    {
        using var scope = NewDisposeScope();
        Parameter[] theirs = [.. CreateValues().Select(value => new Parameter(value))];
        Tensor[] ours = CreateValues();
        Tensor[][] states = [[.. ours.Select(value => zeros_like(value))], [.. ours.Select(value => zeros_like(value))]];
        using var reference = createReference(theirs);
        for (var step = 1; step <= 5; step++)
        {
            // The last one's gradient lies in another order in memory than its parameter.
            Tensor[] gradients = [.. ours.Select((value, i) => value.mul(2).add(i + step))];
            gradients[^1] = gradients[^1].contiguous();
            for (var i = 0; i < theirs.Length; i++)
                theirs[i].grad = gradients[i].clone();
            reference.step();
            using var noGrad = no_grad();
            Assert.True(update(ours, gradients, states, step));
        }
        for (var i = 0; i < ours.Length; i++)
            Assert.True(ours[i].allclose(theirs[i].detach(), rtol: 1e-5, atol: 1e-6), $"parameter {i} differs");
    }

    private static Tensor[] CreateValues() =>
    [
        Ramp(7), Ramp(3, 5), Ramp(1, 1), ChannelsLast.Of(Ramp(8, 4, 1, 1)), Ramp(2, 3, 2, 3, 3), Ramp(70_001), ChannelsLast.Of(Ramp(6, 4, 3, 3)),
    ];

    private static Tensor Ramp(params long[] shape) => linspace(-1, 1, shape.Aggregate((a, b) => a * b)).view(shape);
}
