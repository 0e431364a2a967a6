using SelfSup.Training.Optimizers;
using static TorchSharp.torch;
using Optimizer = SelfSup.Training.Optimizers.Optimizer;
using Parameter = TorchSharp.Modules.Parameter;

namespace SelfSup.Tests.Training;

public class OptimizerTests
{
    [Fact]
    public void SgdFollowsPyTorchsNesterovWithWeightDecay() => AssertSameAs(
        parameters => new Sgd(parameters, momentum: 0.9, weightDecay: 0.01),
        reference => optim.SGD([reference], 0.1, momentum: 0.9, weight_decay: 0.01, nesterov: true));

    [Fact]
    public void AdamWFollowsPyTorch() => AssertSameAs(
        parameters => new AdamW(parameters, 0.9, 0.999, weightDecay: 0.05),
        reference => optim.AdamW([reference], 0.1, weight_decay: 0.05));

    [Fact]
    public void AdamWFollowsPyTorchAtDcgansMomentum() => AssertSameAs(
        parameters => new AdamW(parameters, 0.5, 0.999, weightDecay: 0),
        reference => optim.AdamW([reference], 0.1, beta1: 0.5, weight_decay: 0));

    [Fact]
    public void ParametersWithoutDecayKeepTheirSizeUnderAZeroGradient()
    {
        using var scope = NewDisposeScope();
        using Parameter decaying = new(ones(3)), kept = new(ones(3));
        using var optimizer = new Sgd([new("a", decaying, 1, true), new("b", kept, 1, false)], 0.9, 0.5);
        (decaying.sum() + kept.sum()).mul(0).backward();
        optimizer.Step(0.1);
        Assert.True(decaying.lt(1).all().item<bool>());
        Assert.True(kept.eq(1).all().item<bool>());
    }

    [Fact]
    public void LarsStepsInProportionToTheWeightsWhateverTheGradientsSize()
    {
        using var scope = NewDisposeScope();
        var start = new RandomSource(3).Normal(5, 4);
        foreach (var scale in new[] { 0.01, 100 })
        {
            using Parameter weight = new(start.clone()), bias = new(start.clone());
            using var optimizer = new Lars([new("w", weight, 1, true), new("b", bias, 1, false)], 0.9, weightDecay: 0, trust: 0.02);
            (weight.square().sum() + bias.square().sum()).mul(scale).backward();
            optimizer.Step(0.5);
            Assert.Equal(0.5 * 0.02, weight.sub(start).norm().item<float>() / start.norm().item<float>(), 1e-5);
            Assert.Equal(0.5 * 2 * scale, bias.sub(start).norm().item<float>() / start.norm().item<float>(), 1e-3 * scale);
        }
    }

    [Fact]
    public void LarsUpdatesZeroWeightsAsSgdDoes()
    {
        using var scope = NewDisposeScope();
        using Parameter weight = new(zeros(3, 2));
        using var optimizer = new Lars([new("w", weight, 1, true)], 0.9, weightDecay: 0.1, trust: 0.02);
        weight.sum().backward();
        optimizer.Step(0.5);
        Assert.True(weight.eq(-0.5).all().item<bool>());
    }

    [Fact]
    public void ClippingScalesAllGradientsToTheirCommonNorm()
    {
        using var scope = NewDisposeScope();
        using Parameter a = new(ones(3)), b = new(ones(1));
        using var optimizer = new Sgd([new("a", a, 1, false), new("b", b, 1, false)], 0, 0);
        (a.sum() + b.mul(1).sum()).backward(); // a norm of 2
        var norm = optimizer.MeasureGradients();
        Assert.Equal(2, norm.item<float>(), 1e-6);
        optimizer.ClipGradients(norm, 4);
        Assert.True(a.grad!.eq(1).all().item<bool>());
        optimizer.ClipGradients(norm, 1);
        Assert.Equal(0.5, a.grad!.mean().item<float>(), 1e-5);
        Assert.Equal(0.5, b.grad!.item<float>(), 1e-5);
    }

    private static void AssertSameAs(Func<IReadOnlyList<TrainedParameter>, Optimizer> create, Func<Parameter, optim.Optimizer> createReference)
    {
        using var scope = NewDisposeScope();
        var start = new RandomSource(3).Normal(5, 4);
        using Parameter ours = new(start.clone()), theirs = new(start.clone());
        using var optimizer = create([new TrainedParameter("p", ours, 1, true)]);
        using var reference = createReference(theirs);
        for (var step = 0; step < 8; step++)
        {
            optimizer.DropGradients();
            reference.zero_grad();
            (ours.square().sum() + ours.cos().sum()).backward();
            (theirs.square().sum() + theirs.cos().sum()).backward();
            optimizer.Step(0.1 / (step + 1));
            reference.step();
            foreach (var group in reference.ParamGroups)
                group.LearningRate = 0.1 / (step + 2);
            Assert.True((ours - theirs).abs().max().item<float>() < 1e-5f, $"step {step}");
        }
    }
}
