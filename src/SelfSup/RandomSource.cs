using SelfSup.Distributed;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup;

/// <summary>Draws random numbers from a seed: the same ones on every device.</summary>
/// <remarks>
/// Numbers are drawn on the CPU and handed over to the device without waiting for it. Pretext tasks and augmentations draw from nothing
/// else: TorchSharp 0.107 makes a CPU generator whatever device a <c>torch.Generator</c> is asked for, and libtorch refuses that for
/// draws on a GPU. In a run of several processes the first dimension of what a step draws counts images, or a multiple of them, and each
/// process is given the part of its images in the draws of the whole batch: an image is varied alike however many processes there are.
/// </remarks>
public sealed class RandomSource : IDisposable
{
    private readonly Generator generator;
    private readonly BatchShare share;

    /// <summary>Creates a source.</summary>
    /// <param name="seed">The same seed gives the same numbers.</param>
    /// <param name="device">Where the numbers go; null means the CPU.</param>
    public RandomSource(ulong seed, Device? device = null)
        : this(seed, device, default)
    {
    }

    /// <summary>Creates a source for a part of a batch.</summary>
    /// <param name="seed">The same seed gives the same numbers.</param>
    /// <param name="device">Where the numbers go; null means the CPU.</param>
    /// <param name="share">Which of the batch's images the numbers are for.</param>
    internal RandomSource(ulong seed, Device? device, BatchShare share)
    {
        generator = new Generator(seed);
        Device = device ?? CPU;
        this.share = share;
    }

    /// <summary>Where the numbers go.</summary>
    public Device Device { get; }

    /// <summary>Draws evenly from [0, 1).</summary>
    /// <param name="shape">The shape; empty for a single number.</param>
    /// <returns>Float32 of this shape on <see cref="Device"/>, owned by the caller.</returns>
    public Tensor Uniform(params long[] shape) => Draw(shape, 0, whole => rand(whole, generator: generator));

    /// <summary>Draws several times for every image, evenly from [0, 1).</summary>
    /// <param name="draws">How often.</param>
    /// <param name="shape">The shape of one draw, whose first dimension counts images.</param>
    /// <returns>Float32 (draws, shape) on <see cref="Device"/>, owned by the caller.</returns>
    internal Tensor Uniforms(long draws, params long[] shape) => Draw([draws, .. shape], 1, whole => rand(whole, generator: generator));

    /// <summary>Draws from the normal distribution of mean 0 and deviation 1.</summary>
    /// <param name="shape">The shape; empty for a single number.</param>
    /// <returns>Float32 of this shape on <see cref="Device"/>, owned by the caller.</returns>
    public Tensor Normal(params long[] shape) => Draw(shape, 0, whole => randn(whole, generator: generator));

    /// <summary>Draws whole numbers evenly from 0..count-1.</summary>
    /// <param name="count">How many numbers there are to draw from, at least 1.</param>
    /// <param name="shape">The shape; empty for a single number.</param>
    /// <returns>Int64 of this shape on <see cref="Device"/>, owned by the caller.</returns>
    public Tensor Integers(long count, params long[] shape) => Draw(shape, 0, whole => randint(0, count, whole, int64, generator: generator));

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
        return Draw(shape, 0, Answers);

        Tensor Answers(long[] whole)
        {
            using var draws = rand(whole, generator: generator);
            return draws.lt(probability);
        }
    }

    /// <summary>Releases the generator.</summary>
    public void Dispose() => generator.Dispose();

    // Of what is drawn for the whole batch the part of its own images; draws whose size is no multiple of them are common to all.
    private Tensor Draw(long[] shape, int dimension, Func<long[], Tensor> draw)
    {
        if (!share.IsPart || shape.Length <= dimension || shape[dimension] % share.Count != 0)
            return HandOver(draw(shape));
        var each = shape[dimension] / share.Count;
        using var whole = draw([.. shape[..dimension], share.Total * each, .. shape[(dimension + 1)..]]);
        using var part = whole.narrow(dimension, share.First * each, shape[dimension]);
        return HandOver(part.clone());
    }

    private Tensor HandOver(Tensor draws)
    {
        if (Device.type == TorchSharp.DeviceType.CPU)
            return draws;
        using (draws)
            return HostMemory.Send(draws, Device);
    }
}
