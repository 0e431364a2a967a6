using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>A slowly moving copy of a generator, whose images are steadier than those of the generator in training.</summary>
/// <remarks>
/// Of the first steps it keeps less, (1 + n) / (10 + n) after n of them, so that the generator's fresh weights are soon forgotten.
/// </remarks>
internal sealed class GeneratorAverage : nn.Module
{
    private readonly double keep;
    private readonly nn.Module<Tensor, Tensor> copy;
    private readonly Tensor steps;

    /// <param name="copy">A generator like the one to average; owned by the average from now on.</param>
    /// <param name="generator">The generator to start from.</param>
    /// <param name="keep">Share of itself that the average keeps at a step.</param>
    public GeneratorAverage(nn.Module<Tensor, Tensor> copy, nn.Module<Tensor, Tensor> generator, double keep)
        : base(nameof(GeneratorAverage))
    {
        (this.copy, this.keep) = (copy, keep);
        steps = zeros(1, device: CPU);
        RegisterComponents();
        copy.load_state_dict(generator.state_dict());
        foreach (var parameter in copy.parameters())
            parameter.requires_grad = false;
    }

    /// <summary>The averaged generator.</summary>
    public nn.Module<Tensor, Tensor> Generator => copy;

    /// <summary>Moves the average towards the generator, parameters and statistics alike.</summary>
    public void Follow(nn.Module<Tensor, Tensor> generator)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var move = steps.add(1).div_(steps.add(10)).clamp_max_(keep).neg_().add_(1).squeeze(); // a tensor: a GPU need not be asked
        steps.add_(1);
        var targets = generator.state_dict();
        foreach (var (name, value) in copy.state_dict())
        {
            if (value.is_floating_point())
                value.lerp_(targets[name], move);
            else
                value.copy_(targets[name]);
        }
    }
}
