using SelfSup.Optimization;
using static TorchSharp.torch;
using Optimizer = SelfSup.Optimization.Optimizer;
using Parameter = TorchSharp.Modules.Parameter;

namespace SelfSup.Tests.Optimization;

public class OptimizerTests
{
    [Theory]
    [InlineData(0.9, true)]
    [InlineData(0.9, false)]
    [InlineData(0, false)]
    public void Sgd_follows_PyTorch(double momentum, bool nesterov) => AssertSameAs(
        new Sgd { Momentum = momentum, Nesterov = nesterov }, weightDecay: 0.01,
        reference => optim.SGD([reference], 0.1, momentum, weight_decay: 0.01, nesterov: nesterov));

    [Theory]
    [InlineData(0.9, 0.999, 1e-8, 0.05)]
    [InlineData(0.5, 0.999, 1e-8, 0)]
    [InlineData(0.9, 0.95, 1e-3, 0.05)]
    public void AdamW_follows_PyTorch(double beta1, double beta2, double epsilon, double weightDecay) => AssertSameAs(
        new AdamW { Beta1 = beta1, Beta2 = beta2, Epsilon = epsilon }, weightDecay,
        reference => optim.AdamW([reference], 0.1, beta1, beta2, epsilon, weightDecay));

    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    public void Only_what_decays_shrinks_under_a_zero_gradient_and_by_the_steps_own_decay(string name)
    {
        using var scope = NewDisposeScope();
        Parameter decaying = new(ones(3)), kept = new(ones(3));
        using var optimizer = OptimizerCatalog.Create(name).WithMomentum(0).Create([new("a", decaying, 1, true), new("b", kept, 1, false)]);
        foreach (var (weightDecay, size) in new[] { (0.5, 0.95), (0, 0.95), (1, 0.95 * 0.9) })
        {
            optimizer.DropGradients();
            (decaying.sum() + kept.sum()).mul(0).backward();
            optimizer.Step(0.1, weightDecay);
            Assert.Equal(size, decaying.mean().item<float>(), 1e-6);
            Assert.True(kept.eq(1).all().item<bool>());
        }
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    [InlineData("lars")]
    public void A_reset_parameter_goes_on_as_with_a_fresh_optimizer_and_the_others_as_before(string name)
    {
        using var scope = NewDisposeScope();
        Parameter head = new(ones(2, 3)), body = new(ones(2, 3)), foreign = new(ones(1));
        using var optimizer = OptimizerCatalog.Create(name).Create([new("head", head, 1, true), new("body", body, 1, true)]);
        Train(optimizer, [head, body], steps: 5);
        using var before = body.detach().clone();
        using (no_grad())
            head.fill_(1);
        optimizer.Reset([head, foreign]);
        Train(optimizer, [head, body], steps: 3);

        Parameter fresh = new(ones(2, 3)), steady = new(ones(2, 3));
        using var first = OptimizerCatalog.Create(name).Create([new("fresh", fresh, 1, true)]);
        using var second = OptimizerCatalog.Create(name).Create([new("steady", steady, 1, true)]);
        Train(first, [fresh], steps: 3);
        Train(second, [steady], steps: 5);
        Assert.True(steady.Equals(before));
        Train(second, [steady], steps: 3);
        Assert.True(fresh.Equals(head));
        Assert.True(steady.Equals(body));
        Assert.False(fresh.Equals(steady));
    }

    [Fact]
    public void A_parameter_whose_gradients_begin_late_starts_as_a_fresh_one()
    {
        using var scope = NewDisposeScope();
        Parameter early = new(ones(2, 3)), late = new(ones(2, 3)), fresh = new(ones(2, 3));
        using var optimizer = new AdamW().Create([new("early", early, 1, true), new("late", late, 1, true)]);
        using var reference = new AdamW().Create([new("fresh", fresh, 1, true)]);
        Train(optimizer, [early], steps: 7);
        Train(optimizer, [early, late], steps: 2);
        Train(reference, [fresh], steps: 2);
        Assert.True(late.Equals(fresh));
    }

    [Fact]
    public void Clipping_scales_all_gradients_to_their_common_norm()
    {
        using var scope = NewDisposeScope();
        Parameter a = new(ones(3)), b = new(ones(1));
        using var optimizer = new Sgd().Create([new("a", a, 1, false), new("b", b, 1, false)]);
        (a.sum() + b.mul(1).sum()).backward(); // a norm of 2
        var norm = optimizer.MeasureGradients();
        Assert.Equal(2, norm.item<float>(), 1e-6);
        optimizer.ClipGradients(norm, 4);
        Assert.True(a.grad!.eq(1).all().item<bool>());
        optimizer.ClipGradients(norm, 1);
        Assert.Equal(0.5, a.grad!.mean().item<float>(), 1e-5);
        Assert.Equal(0.5, b.grad!.item<float>(), 1e-5);
    }

    [Fact]
    public void Clipping_each_bounds_every_gradient_by_itself()
    {
        using var scope = NewDisposeScope();
        Parameter large = new(ones(2)), small = new(ones(1)), none = new(ones(1)), zero = new(ones(1));
        using var optimizer = new Sgd().Create(
            [new("large", large, 1, false), new("small", small, 1, false), new("none", none, 1, false), new("zero", zero, 1, false)]);
        (large.mul(tensor([30f, 40f])).sum() + small.mul(2).sum() + zero.mul(0).sum()).backward();
        optimizer.ClipEach(3);
        Assert.Equal(1.8, large.grad![0].item<float>(), 1e-5);
        Assert.Equal(2.4, large.grad![1].item<float>(), 1e-5);
        Assert.Equal(2, small.grad!.item<float>());
        Assert.Equal(0, zero.grad!.item<float>());
    }

    private static void Train(Optimizer optimizer, Parameter[] parameters, int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            optimizer.DropGradients();
            foreach (var parameter in parameters)
                (parameter.square().sum() + parameter.cos().sum()).backward();
            optimizer.Step(0.1, weightDecay: 0.01);
        }
    }

    private static void AssertSameAs(OptimizerSettings settings, double weightDecay, Func<Parameter, optim.Optimizer> createReference)
    {
        using var scope = NewDisposeScope();
        var start = arange(-10, 10, float32).div(7).view(5, 4);
        using Parameter ours = new(start.clone()), theirs = new(start.clone());
        using var optimizer = settings.Create([new TrainedParameter("p", ours, 1, true)]);
        using var reference = createReference(theirs);
        for (var step = 0; step < 8; step++)
        {
            optimizer.DropGradients();
            reference.zero_grad();
            (ours.square().sum() + ours.cos().sum()).backward();
            (theirs.square().sum() + theirs.cos().sum()).backward();
            optimizer.Step(0.1 / (step + 1), weightDecay);
            reference.step();
            foreach (var group in reference.ParamGroups)
                group.LearningRate = 0.1 / (step + 2);
            Assert.True((ours - theirs).abs().max().item<float>() < 1e-5f, $"step {step}");
        }
    }
}
