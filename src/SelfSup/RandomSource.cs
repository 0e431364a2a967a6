using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup;

/// <summary>Draws random numbers from a seed: the same ones on every device.</summary>
/// <remarks>
/// Numbers are drawn on the CPU and handed over to the device without waiting for it. Pretext tasks and augmentations draw from nothing
/// else: TorchSharp 0.107 makes a CPU generator whatever device a <c>torch.Generator</c> is asked for, and libtorch refuses that for
/// draws on a GPU.
/// </remarks>
public sealed class RandomSource : IDisposable
{
    private readonly Generator generator;

    /// <summary>Creates a source.</summary>
    /// <param name="seed">The same seed gives the same numbers.</param>
    /// <param name="device">Where the numbers go; null means the CPU.</param>
    public RandomSource(ulong seed, Device? device = null)
    {
        generator = new Generator(seed);
        Device = device ?? CPU;
    }

    /// <summary>Where the numbers go.</summary>
    public Device Device { get; }

    /// <summary>Draws evenly from [0, 1).</summary>
    /// <param name="shape">The shape; empty for a single number.</param>
    /// <returns>Float32 of this shape on <see cref="Device"/>, owned by the caller.</returns>
    public Tensor Uniform(params long[] shape) => HandOver(rand(shape, generator: generator));

    /// <summary>Draws from the normal distribution of mean 0 and deviation 1.</summary>
    /// <param name="shape">The shape; empty for a single number.</param>
    /// <returns>Float32 of this shape on <see cref="Device"/>, owned by the caller.</returns>
    public Tensor Normal(params long[] shape) => HandOver(randn(shape, generator: generator));

    /// <summary>Draws whole numbers evenly from 0..count-1.</summary>
    /// <param name="count">How many numbers there are to draw from, at least 1.</param>
    /// <param name="shape">The shape; empty for a single number.</param>
    /// <returns>Int64 of this shape on <see cref="Device"/>, owned by the caller.</returns>
    public Tensor Integers(long count, params long[] shape) => HandOver(randint(0, count, shape, int64, generator: generator));

    /// <summary>Draws an order of 0..count-1.</summary>
    /// <param name="count">How many numbers are put in order, at least 0.</param>
    /// <returns>Int64 (count) on <see cref="Device"/>, each number once; owned by the caller.</returns>
    public Tensor Permutation(long count) => HandOver(randperm(count, int64, generator: generator));

    /// <summary>Draws yes or no.</summary>
    /// <param name="probability">Probability of yes, in [0, 1].</param>
    /// <param name="shape">The shape; empty for a single answer.</param>
    /// <returns>Bool of this shape on <see cref="Device"/>, owned by the caller.</returns>
    public Tensor Chance(double probability, params long[] shape)
    {
        using var draws = rand(shape, generator: generator);
        return HandOver(draws.lt(probability));
    }

    /// <summary>Releases the generator.</summary>
    public void Dispose() => generator.Dispose();

    private Tensor HandOver(Tensor draws)
    {
        if (Device.type == TorchSharp.DeviceType.CPU)
            return draws;
        using (draws)
            return HostMemory.Send(draws, Device);
    }
}
