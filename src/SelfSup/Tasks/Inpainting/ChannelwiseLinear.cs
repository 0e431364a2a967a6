using SelfSup.Runtime;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace SelfSup.Tasks;

/// <summary>Connects every place of a map with every other, channel by channel: C matrices of (H W) x (H W).</summary>
/// <remarks>
/// A convolution cannot carry what is at one border to a hole at the other; a full connection would need C times more weights.
/// </remarks>
public sealed class ChannelwiseLinear : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter bias;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Channels of the map.</param>
    /// <param name="side">Side of the map.</param>
    public ChannelwiseLinear(int channels, int side)
        : base(nameof(ChannelwiseLinear))
    {
        var places = side * side;
        weight = new Parameter(empty(channels, places, places, device: CPU).DetachFromDisposeScope());
        bias = new Parameter(zeros(channels, 1, places, device: CPU).DetachFromDisposeScope());
        var bound = 1 / Math.Sqrt(places);
        nn.init.uniform_(weight, -bound, bound);
        RegisterComponents();
    }

    /// <summary>Mixes the places of every channel.</summary>
    /// <param name="input">A map (N, C, side, side).</param>
    /// <returns>A map of the same shape, owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var flat = input.flatten(2).transpose(0, 1); // (C, N, places)
        var mixed = bmm(flat, weight.transpose(1, 2)).add(bias);
        return ChannelsLast.Of(mixed.transpose(0, 1).reshape(input.shape)).MoveToOuterDisposeScope();
    }
}
