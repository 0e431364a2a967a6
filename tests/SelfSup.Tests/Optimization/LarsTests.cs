using SelfSup.Optimization;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace SelfSup.Tests.Optimization;

public class LarsTests
{
    private const double Rate = 0.5;

    [ReferenceTheory]
    [InlineData("barlow_lr02_wd1e-2_m09_eta1e-3", 0.001, LarsForm.NormOfSum, false)]
    [InlineData("moco_v3_lr02_wd1e-2_m09_trust1e-3", 0.001, LarsForm.NormOfSum, false)]
    [InlineData("lightly_lr02_wd1e-2_m09_trust1e-3_bias_in_wd0_group", 0.001, LarsForm.SumOfNorms, false)]
    [InlineData("solo_lr02_wd1e-2_m09_eta002_clip_excludebias", 0.02, LarsForm.SumOfNorms, true)]
    public void Two_steps_are_those_of_the_reference(string name, double trust, LarsForm form, bool clip)
    {
        using var scope = NewDisposeScope();
        Parameter[] parameters =
        [
            new(ReferenceVectors.Fill(23, 4, 3)), new(ReferenceVectors.Fill(24, 3)), new(zeros([2, 2], float64)),
        ];
        string[] names = ["W", "b", "zero_init"];
        using var optimizer = new Lars { Trust = trust, Form = form, Clip = clip }.Create(
            [.. parameters.Zip(names, (parameter, key) => new TrainedParameter(key, parameter, 1, TrainingRecipe.Default.Decays(key, parameter.dim())))]);
        for (var step = 0; step < 2; step++)
        {
            for (var i = 0; i < parameters.Length; i++)
                parameters[i].grad = ReferenceVectors.Fill(25 + 2 * i + step, parameters[i].shape);
            optimizer.Step(0.2, weightDecay: 0.01);
            var expected = ReferenceVectors.Get("lars", "cases", name)[step];
            for (var i = 0; i < parameters.Length; i++)
            {
                var actual = parameters[i].detach().flatten().data<double>().ToArray();
                var reference = ReferenceVectors.Numbers(expected.GetProperty(names[i]));
                // lightly and solo-learn add 1e-8 to the divisor.
                Assert.All(reference.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
            }
        }
    }

    [Fact]
    public void The_decay_counts_in_the_ratio_of_the_sum_of_norms() =>
        // 0.3 · 5 / (10 + 1 · 5) = 0.1 of the direction (3, 4) + (6, 8).
        AssertStep(new Lars { Trust = 0.3 }, weight: [3, 4], gradient: [6, 8], expected: [3 - Rate * 0.9, 4 - Rate * 1.2]);

    [Fact]
    public void The_decay_counts_in_the_ratio_of_the_norm_of_the_sum() =>
        // The direction (5, 12) has a norm of 13; 2.6 · 5 / 13 = 1.
        AssertStep(new Lars { Trust = 2.6, Form = LarsForm.NormOfSum }, weight: [3, 4], gradient: [2, 8], expected: [3 - Rate * 5, 4 - Rate * 12]);

    [Theory]
    [InlineData(LarsForm.SumOfNorms)]
    [InlineData(LarsForm.NormOfSum)]
    public void A_clipped_step_is_never_larger_than_plain_sgds(LarsForm form)
    {
        // Unclipped the ratio were 10 and the bound 20.
        AssertStep(new Lars { Trust = 30, Form = form, Clip = true }, weight: [3, 4], gradient: [6, 8], expected: [3 - Rate * 9, 4 - Rate * 12]);
        // Below the bound the learning rate drops out: 0.03 · 5 / 15 of the direction.
        AssertStep(new Lars { Trust = 0.03, Form = form, Clip = true }, weight: [3, 4], gradient: [6, 8], expected: [3 - 0.01 * 9, 4 - 0.01 * 12]);
        AssertStep(new Lars { Form = form, Clip = true }, weight: [0, 0], gradient: [6, 8], expected: [-Rate * 6, -Rate * 8]);
    }

    [Theory]
    [InlineData(LarsForm.SumOfNorms)]
    [InlineData(LarsForm.NormOfSum)]
    public void Steps_are_in_proportion_to_the_weights_whatever_the_gradients_size(LarsForm form)
    {
        using var scope = NewDisposeScope();
        var start = arange(1, 21, float32).view(5, 4);
        foreach (var scale in new[] { 0.01, 100 })
        {
            Parameter weight = new(start.clone()), bias = new(start.clone());
            using var optimizer = new Lars { Form = form }.Create([new("w", weight, 1, true), new("b", bias, 1, false)]);
            (weight.square().sum() + bias.square().sum()).mul(scale).backward();
            optimizer.Step(Rate, weightDecay: 0);
            Assert.Equal(Rate * 0.02, weight.sub(start).norm().item<float>() / start.norm().item<float>(), 1e-5);
            Assert.Equal(Rate * 2 * scale, bias.sub(start).norm().item<float>() / start.norm().item<float>(), 1e-3 * scale);
        }
    }

    [Theory]
    [InlineData(LarsForm.SumOfNorms)]
    [InlineData(LarsForm.NormOfSum)]
    public void Zero_weights_are_updated_as_sgd_does(LarsForm form) =>
        AssertStep(new Lars { Form = form }, weight: [0, 0], gradient: [1, 2], expected: [-Rate, -Rate * 2]);

    /// <summary>One step at a weight decay of 1.</summary>
    private static void AssertStep(Lars settings, double[] weight, double[] gradient, double[] expected)
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(tensor(weight).view(1, -1));
        using var optimizer = settings.Create([new("w", parameter, 1, true)]);
        parameter.grad = tensor(gradient).view(1, -1);
        optimizer.Step(Rate, weightDecay: 1);
        Assert.All(expected.Zip(parameter.detach().flatten().data<double>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }
}
