using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>
/// Sets every weight of a module from a seed, so that the global generator has no say in it: the last line of an encoder's constructor.
/// </summary>
/// <remarks>
/// Convolutions: normal with deviation sqrt(2 / fan-out) (He et al. 2015, arXiv 1502.01852). Linear layers: uniform within
/// 1 / sqrt(fan-in). Batch normalization: scale 1, shift 0, fresh statistics. Convolution biases: 0.
/// Parameters that stand in none of these layers, such as positions, are left as they are: draw them from a <see cref="RandomSource"/>.
/// </remarks>
public static class Initialization
{
    /// <summary>Sets the weights of a module and of all modules in it, in the order of their registration.</summary>
    /// <param name="module">A module on the CPU.</param>
    /// <param name="seed">The same seed gives the same bits.</param>
    public static void Apply(nn.Module module, int seed)
    {
        using var noGrad = no_grad();
        using var random = new Generator((ulong)seed);
        Apply(module, random);
    }

    private static void Apply(nn.Module module, Generator random)
    {
        switch (module)
        {
            case Convolution convolution:
                convolution.weight.normal_(0, Math.Sqrt(2d / FanOut(convolution.weight)), random);
                convolution.bias?.zero_();
                break;
            case Linear linear:
                var bound = 1 / Math.Sqrt(linear.weight.shape[1]);
                linear.weight.uniform_(-bound, bound, random);
                linear.bias?.uniform_(-bound, bound, random);
                break;
            case BatchNorm normalization:
                normalization.reset_parameters();
                break;
        }
        foreach (var (_, child) in module.named_children())
            Apply(child, random);
    }

    // Weights are (out, in, k, k), or (out, in, k, k, k).
    private static long FanOut(Tensor weight) => weight.numel() / weight.shape[1];
}
