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

    private static void AssertSameAs(Func<IReadOnlyList<TrainedParameter>, Optimizer> create, Func<Parameter, optim.Optimizer> createReference)
    {
        using var scope = NewDisposeScope();
        var start = randn([5, 4], generator: new Generator(3));
        using Parameter ours = new(start.clone()), theirs = new(start.clone());
        using var optimizer = create([new TrainedParameter("p", ours, 1, true)]);
        using var reference = createReference(theirs);
        for (var step = 0; step < 8; step++)
        {
            optimizer.ZeroGradients();
            reference.zero_grad();
            (ours.pow(4).sum() + ours.sum()).backward();
            (theirs.pow(4).sum() + theirs.sum()).backward();
            optimizer.Step(0.1 / (step + 1));
            reference.step();
            foreach (var group in reference.ParamGroups)
                group.LearningRate = 0.1 / (step + 2);
            Assert.True((ours - theirs).abs().max().item<float>() < 1e-5f, $"step {step}");
        }
    }
}
