using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

/// <summary>What the discriminators of all GAN tasks learn.</summary>
public class DiscriminatorTests
{
    private static readonly GanOptions Small = new() { NoiseSize = 8, GeneratorWidth = 32 };

    /// <summary>
    /// Where all verdicts are one half, a verdict's gradient is one half less its label: 0 for fakes, 1 less the smoothing for what is real.
    /// Each side counts half: -0.3 / 2 + 0.5 / 2 with a smoothing of 0.2, and 0 without. Were fakes smoothed too, it would be 0.
    /// </summary>
    [Theory]
    [InlineData("dcgan", "discriminator.head.1.", 0.1)]
    [InlineData("videogan", "discriminator.head.1.", 0.1)]
    [InlineData("bigan", "discriminator.judge.2.", 0)]
    public void Only_what_is_real_is_doubted(string name, string lastLayer, double expected)
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(name, Small);
        using (no_grad())
        {
            foreach (var (_, parameter) in run.Model.named_parameters().Where(p => p.name.StartsWith(lastLayer) || p.name.Contains(".spread.")))
                parameter.zero_();
        }
        using var batch = run.Generate();
        using var loss = run.Model.Objectives[0].ComputeLoss(batch);
        Assert.Equal(Math.Log(2), loss.Value.item<float>(), 1e-5);
        loss.Value.backward();
        var bias = run.Model.named_parameters().Single(p => p.name == lastLayer + "bias").parameter;
        Assert.Equal(expected, bias.grad!.item<float>(), 1e-5);
    }

    [Theory]
    [InlineData("dcgan")]
    [InlineData("bigan")]
    [InlineData("videogan")]
    public void By_its_loss_a_discriminator_comes_to_call_real_what_is_real(string name)
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(name, Small);
        using var batch = run.Generate();
        var objective = run.Model.Objectives[0];
        using var optimizer = optim.SGD(objective.Modules.SelectMany(module => module.parameters()), learningRate: 0.02);
        for (var step = 0; step < 10; step++)
        {
            using var loss = objective.ComputeLoss(batch);
            optimizer.zero_grad();
            loss.Value.backward();
            optimizer.step();
        }
        using var last = objective.ComputeLoss(batch);
        Assert.Equal(1, last.Metrics.Single(metric => metric.Name == "accuracy").Value.item<float>());
    }
}
