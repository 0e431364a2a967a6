using SelfSup.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Heads;

/// <summary>
/// A linear layer without bias whose rows count by their direction alone: on features of unit length it gives cosines with prototypes.
/// </summary>
/// <remarks>
/// Weight normalization with a length that stays 1: Salimans and Kingma, 2016, https://arxiv.org/abs/1602.07868; the last layer of Caron
/// et al., "Emerging Properties in Self-Supervised Vision Transformers", 2021, https://arxiv.org/abs/2104.14294.
/// </remarks>
public sealed class UnitLinear : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Parameter weight;

    /// <summary>Creates the layer with TorchSharp's initial weights of linear layers, which a run's seed decides.</summary>
    /// <param name="inputs">Width of the features, at least 1.</param>
    /// <param name="outputs">Number of prototypes, at least 1.</param>
    public UnitLinear(int inputs, int outputs)
        : base(nameof(UnitLinear))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        weight = nn.Parameter(empty(outputs, inputs, device: CPU).DetachFromDisposeScope());
        nn.init.kaiming_uniform_(weight, Math.Sqrt(5));
        RegisterComponents();
    }

    /// <summary>
    /// Whether the layer learns, as it does unless told otherwise. One that does not has no gradient at all, so that neither momentum nor
    /// weight decay moves it: set it at the start of a loss.
    /// </summary>
    public bool Learns
    {
        get => weight.requires_grad;
        set => weight.requires_grad = value;
    }

    /// <summary>Copies the layer: weights, device and type.</summary>
    /// <returns>The copy, whose weights can be trained, owned by the caller.</returns>
    public UnitLinear Copy()
    {
        var copy = new UnitLinear((int)weight.shape[1], (int)weight.shape[0]);
        copy.to(weight.dtype);
        copy.to(weight.device);
        copy.load_state_dict(state_dict());
        copy.train(training);
        return copy;
    }

    /// <summary>
    /// Multiplies features with the rows, each divided by its length, in float32 at least: bfloat16 would round scores near 1 to steps of
    /// 0.004, which low temperatures enlarge.
    /// </summary>
    /// <param name="features">Features, float (N, inputs), as a rule of unit length.</param>
    /// <returns>Float (N, outputs), owned by the caller.</returns>
    public override Tensor forward(Tensor features)
    {
        using var precise = Autocast.Suspend();
        using var raised = features.to(weight.dtype);
        using var rows = nn.functional.normalize(weight, dim: 1);
        return nn.functional.linear(raised, rows);
    }
}
