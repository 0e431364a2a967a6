using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>
/// Until disposed, a network in training mode normalizes by the statistics of its batch but leaves its running ones as they are.
/// </summary>
/// <remarks>
/// A critic sees real and generated images in turn. What it keeps of them for evaluation should be the real images' statistics alone,
/// since its features will be read from real images.
/// </remarks>
internal sealed class UntrackedStatistics : IDisposable
{
    // So small that nothing is added in float32. Zero would not do: TorchSharp takes it for a cumulative average.
    private const double NoMomentum = 1e-30;
    private readonly List<(NormBase Layer, double? Momentum)> before;

    public UntrackedStatistics(nn.Module network)
    {
        before = [.. network.modules().OfType<NormBase>().Select(layer => (layer, layer.momentum))];
        foreach (var (layer, _) in before)
            layer.momentum = NoMomentum;
    }

    public void Dispose()
    {
        foreach (var (layer, momentum) in before)
            layer.momentum = momentum;
    }
}
